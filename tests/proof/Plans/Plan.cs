using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RlsChat.Tests.Proof.Plans;

/// <summary>An executed statement, as auto_explain logged it.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Caller">The function or foreign key that executed it; null for a statement of the API.</param>
/// <param name="Root">The plan.</param>
internal sealed partial record Plan(string Text, string? Caller, Node Root)
{
    /// <summary>All nodes.</summary>
    public IReadOnlyList<Node> Nodes { get; } = [.. Root.All()];

    /// <summary>How many rows it returned or wrote or, in a trigger, how many rows fired it.</summary>
    public long Page => Nodes
        .Select(node => node.IsWrite ? node.Children[0].Returned : node.Type == "Named Tuplestore Scan" ? node.Returned : 0)
        .Append(Root.Returned).Max();

    /// <summary>How many rows it wrote or was asked to write: write policies decide about each of them.</summary>
    public long Candidates => Nodes.Where(node => node.IsWrite).Sum(node => Math.Max(node.Children[0].Returned, node.Targets.Sum(scan => scan.Read)));

    /// <summary>The statements of a part of the server's log, in the order in which they ended.</summary>
    public static IEnumerable<Plan> In(string log) => Entry().Matches(log).Select(entry =>
    {
        var plan = JsonNode.Parse(entry.Groups["json"].Value)!;
        return new Plan(
            Blank().Replace(plan["Query Text"]!.GetValue<string>(), " ").Trim(),
            entry.Groups["context"] is { Success: true, Value: var context } ? context : null,
            new Node(plan["Plan"]!.AsObject()));
    });

    [GeneratedRegex(@" LOG:  duration: [0-9.]+ ms  plan:\n(?<json>\t\{.*?\n\t\})(?:\n[^\t\n][^\n]* CONTEXT:  (?<context>[^\n]*))?", RegexOptions.Singleline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}

/// <summary>A node of a plan.</summary>
internal sealed partial class Node(JsonObject json)
{
    /// <summary>As EXPLAIN names it.</summary>
    public string Type { get; } = json["Node Type"]!.GetValue<string>();

    /// <summary>The table or else the index that it is about.</summary>
    public string? Relation { get; } = (json["Relation Name"] ?? json["Index Name"])?.GetValue<string>();

    /// <summary>The index that it searches, and by what; null if it searches none.</summary>
    public (string Index, string Condition)? Search { get; } = json["Index Cond"] is { } condition
        ? (json["Index Name"]!.GetValue<string>(), condition.GetValue<string>()) : null;

    /// <summary>The nodes below it.</summary>
    public IReadOnlyList<Node> Children { get; } = [.. (json["Plans"]?.AsArray() ?? []).Select(child => new Node(child!.AsObject()))];

    /// <summary>Whether it reads a table or an index.</summary>
    public bool IsScan => Relation is not null && !IsWrite;

    /// <summary>Whether it inserts, updates or deletes.</summary>
    public bool IsWrite => Type == "ModifyTable";

    /// <summary>Of a write, the scans that find the rows to write.</summary>
    public IEnumerable<Node> Targets => All().Where(node => node.IsScan && node.Relation == Relation);

    /// <summary>How many rows it returned, all executions together.</summary>
    public long Returned => Times("Actual Rows");

    /// <summary>How many rows its conditions rejected.</summary>
    public long Removed => json.Where(part => part.Key.StartsWith("Rows Removed by", StringComparison.Ordinal)).Sum(part => Times(part.Key));

    /// <summary>How many rows it read. An execution that finds none counts for one.</summary>
    public long Read => Math.Max(Returned + Removed, Loops);

    /// <summary>Its conditions that call a function of ours, and how often at most.</summary>
    public IEnumerable<(string Condition, long Calls)> Calls => json
        .Where(part => IsCondition(part.Key) && Function().IsMatch(part.Value!.GetValue<string>()))
        .Select(part => ($"{part.Key}: {part.Value}", part.Key is "Filter" or "Join Filter" ? Read : Loops));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", json.Where(part => IsCondition(part.Key))
        .Select(part => $"{part.Key}: {part.Value}")
        .Prepend($"{Type} of {Relation}{(json["Relation Name"] is not null && json["Index Name"] is { } index ? $" by {index}" : "")}, {Read} rows read, {Removed} of them removed"));

    /// <summary>This node and those below it.</summary>
    public IEnumerable<Node> All() => Children.SelectMany(child => child.All()).Prepend(this);

    private long Loops => (long)json["Actual Loops"]!.GetValue<double>();

    // Counts are means of the executions.
    private long Times(string name) => (long)Math.Ceiling((json[name]?.GetValue<double>() ?? 0) * Loops);

    private static bool IsCondition(string part) =>
        part is "Filter" or "Join Filter" or "One-Time Filter" || part.EndsWith(" Cond", StringComparison.Ordinal);

    // Only names outside pg_catalog are qualified, because the search path is empty.
    [GeneratedRegex(@"[\w""]\.[\w""]+\(")]
    private static partial Regex Function();
}
