namespace RlsChat.Tests.Mutants.Expressions;

/// <summary>What a function's body does for its effect alone: row locks, and calls by PERFORM.</summary>
internal static class Locks
{
    public const string LockDropped = "lock dropped";
    public const string CallDropped = "call dropped";

    public static IEnumerable<Edit> Of(string body)
    {
        var tokens = Token.Of(body);
        var (locks, calls) = (0, 0);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Is("for") && LastOfLock(tokens, i) is { } last)
            {
                yield return new Edit(LockDropped, $"lock {++locks} dropped", tokens[i].Start, tokens[last].End, "");
            }
            else if (tokens[i].Is("perform") && EndOfStatement(tokens, i) is { } end && !IsOnlyLock(tokens, i, end))
            {
                yield return new Edit(CallDropped, $"call {++calls} dropped", tokens[i].Start, tokens[end].Start, "null");
            }
        }
    }

    // FOR [NO KEY] UPDATE or FOR [KEY] SHARE, which loops and triggers' events are not.
    private static int? LastOfLock(IReadOnlyList<Token> tokens, int i)
    {
        var end = i + 1;
        while (end < tokens.Count && tokens[end].IsOneOf("no", "key"))
        {
            end++;
        }

        return end < tokens.Count && tokens[end].IsOneOf("update", "share") ? end : null;
    }

    private static int? EndOfStatement(IReadOnlyList<Token> tokens, int i)
    {
        var end = Enumerable.Range(i, tokens.Count - i).FirstOrDefault(n => tokens[n].Is(";"), -1);
        return end < 0 ? null : end;
    }

    // "perform from … for update" is a lock and nothing else: one mutant of it is enough.
    private static bool IsOnlyLock(IReadOnlyList<Token> tokens, int start, int end) =>
        tokens[start + 1].Is("from") && Enumerable.Range(start, end - start).Any(n => tokens[n].Is("for") && LastOfLock(tokens, n) is not null);
}
