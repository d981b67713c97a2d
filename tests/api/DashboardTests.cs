using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Api.Telemetry;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Api.Live;

namespace RlsChat.Tests.Api;

/// <summary>monitoring/grafana.json and monitoring/alerts.yaml ask for metrics and labels that /metrics has.</summary>
[Collection(LoneApi.Name)]
public sealed partial class DashboardTests(ApiFixture fixture) : ApiTest(fixture)
{
    private static readonly string[] Words = ["and", "or", "unless", "by", "offset"];

    [Fact]
    public async Task Every_metric_and_label_is_at_the_endpoint()
    {
        var metrics = await Scrape();
        var dashboard = JsonNode.Parse(await Read("grafana.json"))!["panels"]!.AsArray()
            .SelectMany(panel => panel!["targets"]!.AsArray()).Select(target => ((string)target!["expr"]!, (string)target["legendFormat"]!));
        // Of YAML, what these rules use: a line, or a folded text of lines that are indented further.
        var alerts = AlertExpression().Matches(await Read("alerts.yaml")).Select(rule => (rule.Groups["expr"].Value, rule.Groups["rest"].Value));
        var (asked, faults) = (new HashSet<string>(), new List<string>());
        foreach (var (expression, legend) in dashboard.Concat(alerts))
        {
            var names = Names(expression).ToList();
            asked.UnionWith(names);
            faults.AddRange(names.Where(name => !metrics.ContainsKey(name)).Select(name => $"no metric {name}: {expression}"));
            faults.AddRange(from selector in Selector().Matches(expression)
                            from label in Label().Matches(selector.Groups[2].Value).Select(match => match.Groups[1].Value)
                            where !metrics.GetValueOrDefault(selector.Groups[1].Value, []).Contains(label)
                            select $"{selector.Groups[1].Value} has no label {label}");
            // What an expression groups by, all of its metrics have but those of which it takes no group; a legend shows it.
            var groups = By().Matches(expression).SelectMany(match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)).ToHashSet();
            faults.AddRange(groups.Where(label => !names.TrueForAll(name => metrics.GetValueOrDefault(name, []).Contains(label))).Select(label => $"no label {label}: {expression}"));
            faults.AddRange(Shown().Matches(legend).Select(match => match.Groups[1].Value).Where(label => !groups.Contains(label)).Select(label => $"{expression} is not grouped by {label}"));
        }

        Assert.Empty(faults);
        Assert.True(asked.Count >= 16, string.Join(' ', asked));
    }

    // By name, the labels. One request at least has had to wait for a connection.
    private async Task<Dictionary<string, HashSet<string>>> Scrape()
    {
        const string Token = "scrape-me-0123456789";
        await using var api = await Fixture.Open($"--METRICS_TOKEN={Token}");
        var (ana, ben) = (await Fixture.SignUp("ana", api), await Fixture.SignUp("ben", api));
        var chat = await ana.Begin("hush", "public");
        (await ben.Patch($"/chats/{chat}", new { title = "hush" })).Is(403);
        await using (var follower = await Follower.Of(ana, ApiFixture.AddressOf(api), "/me/events"))
        {
            await follower.Hears("message.created", await ana.Say(chat));
        }

        var (sources, pool) = (api.Services.GetRequiredService<DataSources>(), api.Services.GetRequiredService<Settings>().Pool.Anonymous);
        var taken = new List<NpgsqlConnection>();
        while (taken.Count < pool)
        {
            taken.Add(await sources.Anonymous.OpenConnectionAsync());
        }

        var waiting = sources.Anonymous.OpenConnectionAsync().AsTask();
        taken.ForEach(connection => connection.Dispose());
        await (await waiting).DisposeAsync();
        await api.Services.GetRequiredService<Gauges>().Refresh(default);
        using var http = new HttpClient { BaseAddress = ApiFixture.AddressOf(api) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        var lines = (await http.GetStringAsync("/metrics")).Split('\n').Select(line => Selector().Match(line)).Where(line => line is { Success: true, Index: 0 });
        return lines.GroupBy(line => line.Groups[1].Value).ToDictionary(
            metric => metric.Key, metric => metric.SelectMany(line => Label().Matches(line.Groups[2].Value)).Select(label => label.Groups[1].Value).ToHashSet());
    }

    // Whatever is a name, and no function, word, label or time.
    private static IEnumerable<string> Names(string expression) =>
        Name().Matches(Ignored().Replace(expression, " ")).Select(match => match.Value).Except(Words).Distinct();

    private static Task<string> Read(string file) => File.ReadAllTextAsync(Path.Combine(Repository.Root, "monitoring", file));

    [GeneratedRegex(@"expr: (?:>-\n)?(?<expr>.+(?:\n {10}.+)*)(?<rest>(?:\n {8}.*)*)")]
    private static partial Regex AlertExpression();

    [GeneratedRegex(@"([a-z_]+)\{([^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex("""([a-z_]+)=~?"[^"]*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Label();

    [GeneratedRegex(@"by \(([^)]*)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"\{\{ ?(?:\$labels\.)?(\w+) ?\}\}")]
    private static partial Regex Shown();

    [GeneratedRegex(@"by \([^)]*\)|\{[^}]*\}|\[[^]]*\]|offset \w+")]
    private static partial Regex Ignored();

    [GeneratedRegex(@"(?<![\w.])[a-z_][a-z0-9_]*\b(?!\s*\()")]
    private static partial Regex Name();
}
