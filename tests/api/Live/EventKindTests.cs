using System.Text.RegularExpressions;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>The kinds of events that triggers write are those that docs/api.md and EventStreams.cs name.</summary>
public sealed partial class EventKindTests
{
    [Theory]
    [InlineData("docs/api.md")]
    [InlineData("src/Api/Endpoints/EventStreams.cs")]
    public void Every_kind_is_described(string file)
    {
        string[] sources = [.. Directory.EnumerateFiles(In("db/triggers")), .. Directory.EnumerateFiles(In("db/functions/triggers"))];
        var written = sources.SelectMany(source => Written().Matches(File.ReadAllText(source)).Select(match => match.Groups[1].Value)).ToHashSet();
        var tables = string.Join('|', written.Select(kind => kind.Split('.')[0]).Distinct());
        var named = Regex.Matches(File.ReadAllText(In(file)), $@"(?<=[\n >])(?:{tables})\.[a-z]+(?=[ <\n])").Select(match => match.Value);
        Assert.NotEmpty(written);
        Assert.Equal(written.Order(StringComparer.Ordinal), named.Distinct().Order(StringComparer.Ordinal));
    }

    private static string In(string path) => Path.Combine(Repository.Root, path);

    [GeneratedRegex("'([a-z]+\\.[a-z]+)'")]
    private static partial Regex Written();
}
