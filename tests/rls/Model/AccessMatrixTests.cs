using System.Runtime.CompilerServices;

namespace RlsChat.Tests.Rls.Model;

/// <summary>docs/access-matrix.md is what the model says; RLSCHAT_WRITE_DOCS=1 (<c>make docs-matrix</c>) writes it.</summary>
public sealed class AccessMatrixTests
{
    [Fact]
    public void The_page_is_what_the_model_says()
    {
        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../docs/access-matrix.md");
        if (Environment.GetEnvironmentVariable("RLSCHAT_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, AccessMatrix.Page());
        }

        var committed = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(committed == AccessMatrix.Page(), "docs/access-matrix.md is not what the model says: make docs-matrix writes it");
    }

    // A rule is in the page as it is asked: three cells that the contract's words settle.
    [Theory]
    [InlineData("organization's", "read", 4, "yes")]
    [InlineData("personal", "read", 4, "hidden")]
    [InlineData("organization's", "add", 7, "denied")]
    public void A_cell_is_what_the_contract_says(string context, string command, int column, string verdict)
    {
        var chat = AccessMatrix.Page().Split("## \"")[8].Split('\n').SkipWhile(line => !line.StartsWith($"| {context} ", StringComparison.Ordinal));
        Assert.Equal(verdict, chat.First(line => line.Split('|')[2].Contains(command, StringComparison.Ordinal)).Split('|')[column + 1].Trim());
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
