using System.Text.RegularExpressions;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>The folders of src/Api depend on each other in one direction.</summary>
public sealed partial class FolderTests
{
    /// <summary>Each folder uses only those before it; what composes them all stands in none.</summary>
    private static readonly string[] Order =
        ["Text", "Configuration", "Http", "Auth", "Data", "Telemetry", "Mail", "Live", "Answers", "OpenApi", "Web", "Endpoints", ""];

    private static readonly string Root = Path.Combine(Repository.Root, "src", "Api");

    [Fact]
    public void No_folder_uses_a_later_one() => Assert.Empty(
        from file in Files()
        let folder = Array.IndexOf(Order, Folder(file))
        from used in Uses().Matches(File.ReadAllText(file)).Select(use => use.Groups["folder"].Value).Distinct()
        where Array.IndexOf(Order, used) > folder
        select $"{Path.GetRelativePath(Root, file)} uses {used}, which comes after {Folder(file)}");

    [Fact]
    public void The_namespace_of_a_file_is_its_folder() => Assert.Empty(
        from file in Files()
        let folder = Folder(file)
        let expected = folder.Length == 0 ? "RlsChat.Api" : $"RlsChat.Api.{folder}"
        where !Order.Contains(folder)
            // Program.cs has statements alone, and the other the names of the package that it stands in for.
            || (Path.GetFileName(file) is not ("Program.cs" or "GitHubAuthentication.cs")
                && !File.ReadAllText(file).Contains($"\nnamespace {expected};", StringComparison.Ordinal)
                && !File.ReadAllText(file).StartsWith($"namespace {expected};", StringComparison.Ordinal))
        select $"{Path.GetRelativePath(Root, file)} should be in namespace {expected}, and {folder} in the order above");

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(Root, "*.cs", SearchOption.AllDirectories)
        .Where(file => Folder(file) is not ("bin" or "obj"));

    private static string Folder(string file) =>
        Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar) is [var folder, _, ..] ? folder : "";

    /// <summary>A using line, or the name of a folder before that of a type.</summary>
    [GeneratedRegex("""
        (?:RlsChat\.Api\.|(?<![\w.]))(?<folder>Text|Configuration|Http|Auth|Data|Telemetry|Mail|Live|Answers|OpenApi|Web|Endpoints)(?:;|\.[A-Z])
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Uses();
}
