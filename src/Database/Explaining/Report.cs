namespace RlsChat.Database.Explaining;

/// <summary>Explanations as text.</summary>
public static class Report
{
    /// <summary>One line: command, verdict, and what refuses or admits.</summary>
    public static string Line(Explanation explanation)
    {
        var reason = explanation.Refusal?.ToString() ?? explanation.Admits;
        return $"{Verb(explanation.Question)}  {Word(explanation),-6}  {reason}{(explanation.IsConsistent ? "" : " (grants and policies alone do not explain this)")}";
    }

    /// <summary>The same of live delivery.</summary>
    public static string Line(Node delivery) => $"live    {(delivery.Truth == Truth.True ? "yes" : "no"),-6}  {delivery.Note}";

    /// <summary>What delivery asks, step by step.</summary>
    public static IEnumerable<string> Details(Node delivery) => Tree(delivery with { Note = null }, 0, []);

    /// <summary>What was decided, step by step.</summary>
    public static IEnumerable<string> Details(Explanation explanation)
    {
        yield return $"{Verb(explanation.Question)}: {Word(explanation)}";
        var seen = new HashSet<string>();
        foreach (var line in explanation.Steps.SelectMany(step => Tree(step, 1, seen)))
        {
            yield return line;
        }

        foreach (var warning in explanation.Warnings)
        {
            yield return $"  {warning}";
        }
    }

    // What was printed with the same parts before is not repeated.
    private static IEnumerable<string> Tree(Node node, int depth, HashSet<string> seen)
    {
        var isNew = node.Parts.Count == 0 || seen.Add(Whole(node));
        yield return $"{new string(' ', depth * 2)}{Refusals.Word(node.Truth),-5}  {node.Text}{(node.Note is { } note ? $": {note}" : "")}{(isNew ? "" : " (as above)")}";
        foreach (var line in isNew ? node.Parts.SelectMany(part => Tree(part, depth + 1, seen)) : [])
        {
            yield return line;
        }
    }

    private static string Whole(Node node) => $"{node.Truth} {node.Text}: {node.Note} ({string.Join(", ", node.Parts.Select(Whole))})";

    private static string Verb(Question question) => question.Command.ToString().ToLowerInvariant();

    private static string Word(Explanation explanation) =>
        explanation.Verdict == Verdict.Failed ? explanation.Code! : explanation.Verdict.ToString().ToLowerInvariant();
}
