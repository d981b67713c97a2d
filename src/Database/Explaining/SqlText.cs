namespace RlsChat.Database.Explaining;

// Splits an expression as pg_get_expr prints it: keywords in capitals, every operation in parentheses, no comments.
internal static class SqlText
{
    /// <summary>
    /// The parts on the outermost level: words, quoted texts and names, operators; a group in parentheses or brackets and a
    /// CASE … END are one part each. Null if the text is not balanced.
    /// </summary>
    public static List<Range>? Parts(string text)
    {
        var parts = new List<Range>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var end = PartEnd(text, at);
            if (end < 0)
            {
                return null;
            }

            parts.Add(at..end);
            at = end;
        }

        return parts;
    }

    /// <summary>All words, quoted texts, names and operators, on every level.</summary>
    public static IEnumerable<string> Tokens(string text) => Ranges(text).Select(token => text[token]);

    /// <summary>Where they are.</summary>
    public static IEnumerable<Range> Ranges(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = TokenEnd(text, at);
            if (end < 0)
            {
                yield break;
            }

            if (!char.IsWhiteSpace(text[at]))
            {
                yield return at..end;
            }

            at = end;
        }
    }

    /// <summary>The name that a token stands for.</summary>
    public static string Unquoted(string name) =>
        name is ['"', .. var inner, '"'] ? inner.Replace("\"\"", "\"", StringComparison.Ordinal) : name;

    /// <summary>Whether a token is a name, quoted or not.</summary>
    public static bool IsName(string token) => token.Length > 0 && (token[0] is '"' or '_' || char.IsLetter(token[0]));

    private static int PartEnd(string text, int at)
    {
        var closing = text[at] switch { '(' => ")", '[' => "]", _ => null };
        var end = TokenEnd(text, at);
        if (closing is null && (end < 0 || text[at..end] is not "CASE"))
        {
            return text[at] is ')' or ']' ? -1 : end;
        }

        for (at = end; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            end = TokenEnd(text, at);
            if (end < 0 || text[at..end] == (closing ?? "END"))
            {
                return end;
            }

            at = PartEnd(text, at);
            if (at < 0)
            {
                return -1;
            }
        }

        return -1;
    }

    // -1: a quote that does not end.
    private static int TokenEnd(string text, int at)
    {
        var first = text[at];
        if (first is '\'' or '"')
        {
            return QuoteEnd(text, at, isEscaped: false);
        }

        if (first is 'E' && at + 1 < text.Length && text[at + 1] == '\'')
        {
            return QuoteEnd(text, at + 1, isEscaped: true);
        }

        if (IsOfWord(first))
        {
            return at + text.AsSpan(at).IndexOfAnyExceptInWord();
        }

        const string operators = "+-*/<>=~!@#%^&|`?:";
        var end = at;
        while (end < text.Length && operators.Contains(text[end], StringComparison.Ordinal))
        {
            end++;
        }

        return Math.Max(end, at + 1);
    }

    private static int QuoteEnd(string text, int at, bool isEscaped)
    {
        for (var end = at + 1; end < text.Length; end++)
        {
            if (isEscaped && text[end] == '\\')
            {
                end++;
            }
            else if (text[end] == text[at])
            {
                if (end + 1 == text.Length || text[end + 1] != text[at])
                {
                    return end + 1;
                }

                end++;
            }
        }

        return -1;
    }

    private static bool IsOfWord(char character) => character is '_' or '$' || char.IsLetterOrDigit(character);

    private static int IndexOfAnyExceptInWord(this ReadOnlySpan<char> text)
    {
        var length = 1;
        while (length < text.Length && IsOfWord(text[length]))
        {
            length++;
        }

        return length;
    }
}
