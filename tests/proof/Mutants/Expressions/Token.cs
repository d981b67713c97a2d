namespace RlsChat.Tests.Mutants.Expressions;

/// <summary>
/// A piece of SQL text: a word, a quoted name, a string or a sign. Words are compared without case;
/// <paramref name="Depth"/> is how many parentheses are open around it (an opening one stands outside itself).
/// </summary>
internal readonly record struct Token(string Text, int Start, int Depth)
{
    public int End => Start + Text.Length;

    /// <summary>Whether it is this keyword or sign; a quoted name is none.</summary>
    public bool Is(string word) => Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is one of these keywords or signs.</summary>
    public bool IsOneOf(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Is(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The tokens of an SQL text; comments and white space are none.</summary>
    public static IReadOnlyList<Token> Of(string sql)
    {
        var tokens = new List<Token>();
        for (int at = 0, depth = 0; at < sql.Length;)
        {
            var end = EndOf(sql, at);
            if (!char.IsWhiteSpace(sql[at]) && !IsComment(sql, at))
            {
                depth -= sql[at] is ')' or ']' ? 1 : 0;
                tokens.Add(new Token(sql[at..end], at, depth));
                depth += sql[at] is '(' or '[' ? 1 : 0;
            }

            at = end;
        }

        return tokens;
    }

    private static bool IsComment(string sql, int at) =>
        string.CompareOrdinal(sql, at, "--", 0, 2) == 0 || string.CompareOrdinal(sql, at, "/*", 0, 2) == 0;

    private static int EndOf(string sql, int at) => sql[at] switch
    {
        _ when string.CompareOrdinal(sql, at, "--", 0, 2) == 0 => After(sql, "\n", at),
        _ when string.CompareOrdinal(sql, at, "/*", 0, 2) == 0 => After(sql, "*/", at + 2),
        '\'' => EndOfQuoted(sql, at, '\'', isEscaped: at > 0 && sql[at - 1] is 'e' or 'E'),
        '"' => EndOfQuoted(sql, at, '"', isEscaped: false),
        '$' when DollarQuote(sql, at) is { } quote => After(sql, quote, at + quote.Length),
        var c when IsWord(c) => EndOfWord(sql, at),
        _ => at + 1,
    };

    private static int After(string sql, string what, int from)
    {
        var found = sql.IndexOf(what, Math.Min(from, sql.Length), StringComparison.Ordinal);
        return found < 0 ? sql.Length : found + what.Length;
    }

    private static int EndOfQuoted(string sql, int at, char quote, bool isEscaped)
    {
        for (var i = at + 1; i < sql.Length; i++)
        {
            if (isEscaped && sql[i] == '\\')
            {
                i++;
            }
            else if (sql[i] == quote)
            {
                if (i + 1 < sql.Length && sql[i + 1] == quote)
                {
                    i++;
                    continue;
                }

                return i + 1;
            }
        }

        return sql.Length;
    }

    private static int EndOfWord(string sql, int at)
    {
        while (at < sql.Length && (IsWord(sql[at]) || sql[at] == '$'))
        {
            at++;
        }

        return at;
    }

    private static string? DollarQuote(string sql, int at)
    {
        var i = at + 1;
        while (i < sql.Length && IsWord(sql[i]))
        {
            i++;
        }

        return i < sql.Length && sql[i] == '$' && !(i > at + 1 && char.IsAsciiDigit(sql[at + 1])) ? sql[at..(i + 1)] : null;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
