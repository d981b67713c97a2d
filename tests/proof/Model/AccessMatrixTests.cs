using System.Runtime.CompilerServices;

namespace RlsChat.Tests.Proof.Model;

/// <summary>The matrices of docs/access-rules.md are what the model says; RLSCHAT_WRITE_DOCS=1 (<c>make docs-matrix</c>) writes them.</summary>
public sealed class AccessMatrixTests
{
    [Fact]
    public void The_page_is_what_the_model_says()
    {
        var file = Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../docs/access-rules.md");
        var page = File.ReadAllText(file);
        if (Environment.GetEnvironmentVariable("RLSCHAT_WRITE_DOCS") == "1")
        {
            File.WriteAllText(file, page = AccessMatrix.Fill(page));
        }

        Assert.True(page == AccessMatrix.Fill(page), "docs/access-rules.md is not what the model says: make docs-matrix writes it");
    }

    // Three cells of a chat, as the words of the page settle them.
    [Theory]
    [InlineData("organization's", 3, "ra..")]
    [InlineData("personal", 3, ".a..")]
    [InlineData("organization's", 5, ".-..")]
    public void A_cell_is_what_the_rules_say(string context, int column, string expected)
    {
        var chat = AccessMatrix.Of(Section.All.Single(section => section.Name == "Chat")).Split('\n');
        var line = chat.Single(line => line.StartsWith($"{context}  ", StringComparison.Ordinal));
        Assert.Equal(expected, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[column]);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
