using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace RlsChat.Database;

/// <summary>Findings in SARIF 2.1.0, as GitHub's code scanning takes them.</summary>
public static class Sarif
{
    /// <summary>One run with all findings; each is at the line of db/ that makes its object, as far as that is known.</summary>
    public static JsonObject Of(IReadOnlyList<Finding> findings, IReadOnlyList<Script> scripts) => new()
    {
        ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
        ["version"] = "2.1.0",
        ["runs"] = new JsonArray(new JsonObject
        {
            ["tool"] = new JsonObject
            {
                ["driver"] = new JsonObject { ["name"] = "db-check", ["rules"] = new JsonArray([.. findings.GroupBy(finding => finding.Rule).Select(Rule)]) },
            },
            ["results"] = new JsonArray([.. findings.Select(finding => Result(finding, Place.Of(finding, scripts)))]),
        }),
    };

    // What a rule says of objects and what heals it, as the catalogue rule words both.
    private static JsonObject Rule(IGrouping<string, Finding> rule) => new()
    {
        ["id"] = rule.Key,
        ["shortDescription"] = Text(rule.Key.Replace('_', ' ')),
        ["fullDescription"] = Text(Lines(rule.Select(finding => finding.Problem))),
        ["help"] = Text(Lines(rule.Select(finding => finding.Remedy))),
    };

    private static JsonObject Result(Finding finding, Place place) => new()
    {
        ["ruleId"] = finding.Rule,
        ["level"] = finding.IsNote ? "note" : "error",
        ["message"] = Text($"{finding}"),
        ["locations"] = new JsonArray(new JsonObject
        {
            ["physicalLocation"] = new JsonObject
            {
                ["artifactLocation"] = new JsonObject { ["uri"] = Uri.EscapeDataString(place.File).Replace("%2F", "/", StringComparison.Ordinal) },
                ["region"] = new JsonObject { ["startLine"] = place.Line },
            },
        }),
        // Several findings can stand on one line.
        ["partialFingerprints"] = new JsonObject { ["primaryLocationLineHash"] = Hash($"{finding.Rule}\n{finding.Subject}\n{finding.Problem}") },
    };

    private static JsonObject Text(string text) => new() { ["text"] = text };

    private static string Lines(IEnumerable<string> texts) => string.Join('\n', texts.Distinct(StringComparer.Ordinal));

    private static string Hash(string text) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8))}:1";
}
