using System.Text.RegularExpressions;
using RlsChat.Api.Http;

namespace RlsChat.Tests.Proof.Plans;

/// <summary>A plan that breaks a rule.</summary>
/// <param name="Cause">The same for every request that the same cause slows down.</param>
/// <param name="Text">What was found, and what to do.</param>
internal sealed record Fault(string Cause, string Text);

/// <summary>Decides whether the plans of a request stay fast when the tables grow.</summary>
/// <param name="relations">The tables and indexes that grow, those of schema public; of an index its first column or expression.</param>
internal sealed partial class Judge(IReadOnlyDictionary<string, string> relations)
{
    /// <summary>How many rows may be read for a row of the page, as the issue asks. A page has at least the default size of the API's.</summary>
    public const long RowsForOne = 50;

    /// <summary>
    /// How many rows a scan may read without an index, or reject. So few are some ten pages of a table, which cost no more
    /// than an index; each table of this data set has thousands.
    /// </summary>
    public const long FewRows = 500;

    /// <summary>How often a condition may call a function: the row that a statement finds by its key, and some more.</summary>
    public const long FewCalls = 5;

    /// <summary>
    /// How often functions may execute the same statement in a request. Ten policies ask who is asking, some twice; a
    /// function that is called for each row of a full page executes its statement a hundred times.
    /// </summary>
    public const long FewRuns = 40;

    /// <summary>The same for each row that is written: a policy, a trigger, and one function that these call.</summary>
    public const long RunsForWritten = 3;

    /// <summary>How many rows a statement read for each row of its page.</summary>
    public double Ratio(Plan plan) => (double)Read(plan) / Math.Max(plan.Page, PageRequest.Default);

    /// <summary>The rules that a request breaks.</summary>
    /// <param name="request">The operation and the person.</param>
    /// <param name="plans">The statements that it executed.</param>
    public IEnumerable<Fault> Faults(string request, IReadOnlyList<Plan> plans) =>
        plans.SelectMany(plan => Faults(plan).Select(fault => fault with { Text = $"{request}\n{fault.Text}\n  {plan.Caller ?? "the API"}: {plan.Text}" }))
            .Concat(Runs(plans).Select(fault => fault with { Text = $"{request}\n{fault.Text}" }));

    private IEnumerable<Fault> Faults(Plan plan)
    {
        var scans = plan.Nodes.Where(node => node.IsScan && relations.ContainsKey(node.Relation!)).ToList();
        foreach (var scan in scans.Where(scan => (scan.Type.EndsWith("Seq Scan", StringComparison.Ordinal) ? scan.Read : scan.Removed) > FewRows))
        {
            yield return new($"{scan.Type} of {scan.Relation} in {plan.Text}",
                $"  misses its index: {scan}\n  Add an index of the columns that the conditions compare, or compare with a leakproof operator (docs/policies.md).");
        }

        foreach (var node in plan.Nodes.Where(ReadsAll))
        {
            var (index, _) = node.Search!.Value;
            yield return new($"{index} in {plan.Text}",
                $"  reads all of an index that begins with {relations[index]}: {node}\n"
                + "  Add an index that begins with what is compared; one of a constraint, which the planner prefers to it, can be of expressions.");
        }

        if (Ratio(plan) > RowsForOne)
        {
            yield return new($"rows of {plan.Text}",
                $"  reads {Read(plan)} rows for {plan.Page}, more than {RowsForOne} times its page:\n"
                + string.Join('\n', scans.OrderByDescending(scan => scan.Read).Take(3).Select(scan => $"    {scan}"))
                + "\n  Ask a child row's parent by (select true from … where id = …), start from the table with the fewest rows, or add an index (docs/policies.md).");
        }

        var targets = plan.Nodes.Where(node => node.IsWrite).SelectMany(node => node.Targets).ToHashSet();
        foreach (var node in plan.Nodes.Where(node => !targets.Contains(node)))
        {
            foreach (var (condition, calls) in node.Calls.Where(call => call.Calls > FewCalls))
            {
                yield return new($"{node.Type} of {node.Relation}: {condition}",
                    $"  calls a function for each of {calls} rows: {node}\n  Wrap the call as (select …); a function of the row's value becomes a sub-select on the row's parent (docs/policies.md).");
            }
        }
    }

    private static IEnumerable<Fault> Runs(IReadOnlyList<Plan> plans)
    {
        var most = FewRuns + (RunsForWritten * plans.Sum(plan => plan.Candidates));
        return plans.Where(plan => plan.Caller is not null && plan.Nodes.Any(node => node.IsScan && !IsCatalogue(node)))
            .GroupBy(plan => plan.Text)
            .Where(same => same.Count() > most)
            .Select(same => new Fault($"runs of {same.Key}",
                $"  executes a statement {same.Count()} times, more than {most}: a function is called for each row\n"
                + $"  Wrap the call as (select …), or take the row's value out of it (docs/policies.md).\n  {same.First().Caller}: {same.Key}"));
    }

    /// <summary>Whether a search names nothing of the first column of its index. The number of rows that it finds does not show that.</summary>
    private bool ReadsAll(Node node) => node.Search is var (index, condition) && relations.TryGetValue(index, out var first)
        && !Columns().Matches(first).Any(column => Regex.IsMatch(condition, $@"(?<![\w"".]){column}(?![\w""])"));

    private static bool IsCatalogue(Node node) => node.Relation!.StartsWith("pg_", StringComparison.Ordinal);

    private long Read(Plan plan) => plan.Nodes.Where(node => node.IsScan && relations.ContainsKey(node.Relation!)).Sum(node => node.Read);

    // Of an expression: neither its functions nor its types.
    [GeneratedRegex("(?<![:\\w\"])(\"\\w+\"|[a-z_]\\w*)(?![\\w\"(])")]
    private static partial Regex Columns();
}
