using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace RlsChat.Tests.Rls;

/// <summary>
/// README.md shows the access matrix that samples/bookmark tests. (The five steps themselves are followed in a copy of
/// this repository by <c>make test-readme</c>, and by CI.)
/// </summary>
public sealed partial class ReadmeTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../.."));

    [Fact]
    public async Task The_matrix_of_the_five_steps_is_the_one_of_the_sample()
    {
        var matrix = Matrix().Match(await File.ReadAllTextAsync(Path.Combine(Root, "README.md"))).Groups[1].Value;
        var tests = await File.ReadAllTextAsync(Path.Combine(Root, "samples/bookmark/BookmarkTests.cs"));
        Assert.NotEmpty(matrix);
        Assert.All(matrix.Split('\n'), line => Assert.Contains(line.Trim(), tests, StringComparison.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string file = "") => file;

    [GeneratedRegex(@"^```text\n(who .*?)\n```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Matrix();
}
