using System.Text.RegularExpressions;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Links, anchors, files, targets of make and test classes that the documentation names exist.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Makefile = File.ReadAllText(Path.Combine(Repository.Root, "Makefile"));

    private static readonly HashSet<string?> Sources = [.. Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension)];

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Repository.Root, "*.md")
            .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md"))
            .Select(file => Path.GetRelativePath(Repository.Root, file))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Everything_that_a_page_names_exists(string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, page));
        var folder = Path.GetDirectoryName(page)!;
        Assert.All(Found(Link(), text), link =>
        {
            var (path, anchor) = link.Split('#') is [var p, var a] ? (p, a) : (link, "");
            var file = Path.Combine(Repository.Root, folder, path.Length == 0 ? Path.GetFileName(page) : path);
            Assert.True(Path.Exists(file), $"{page} links to {link}");
            Assert.True(anchor.Length == 0 || Anchors(File.ReadAllText(file)).Contains(anchor), $"{page} links to {link}");
        });
        // The table of the README is an example.
        Assert.All(Found(Named(), text).Where(path => !path.Contains("Bookmark", StringComparison.Ordinal) && !path.Contains('<')), path =>
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"{page} names {path}"));
        Assert.All(Found(Target(), text), target =>
            Assert.True(Makefile.Contains($"\n{target}:", StringComparison.Ordinal), $"{page} names make {target}"));
        Assert.All(Found(Class(), text), name => Assert.True(Sources.Contains(name), $"{page} names {name}"));
    }

    private static IEnumerable<string> Found(Regex regex, string text) => regex.Matches(text).Select(match => match.Groups[1].Value).Distinct();

    // As GitHub makes them of headings.
    private static IEnumerable<string> Anchors(string text) =>
        Found(Heading(), text).Select(heading => Punctuation().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?!https?:)([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:db|src|tests|docs|samples|bench|monitoring|\.ci|\.github)/[\w./<>-]*)")]
    private static partial Regex Named();

    [GeneratedRegex(@"(?:`|^|&& |; )make ([a-z][a-z0-9-]*)(?=[\s`])", RegexOptions.Multiline)]
    private static partial Regex Target();

    [GeneratedRegex("`([A-Z][A-Za-z]+Tests)")]
    private static partial Regex Class();

    [GeneratedRegex("^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
