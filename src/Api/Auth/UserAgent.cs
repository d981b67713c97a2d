using System.Globalization;
using System.Text;

namespace RlsChat.Api.Auth;

/// <summary>The client of a session, as its User-Agent header says.</summary>
internal static class UserAgent
{
    /// <summary>The maximum length in characters.</summary>
    public const int MaxLength = 200;

    /// <summary>The start of the header without invisible characters; null when nothing is left.</summary>
    public static string? Excerpt(string? header)
    {
        var kept = new StringBuilder(MaxLength);
        foreach (var rune in (header ?? "").EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > MaxLength)
            {
                break;
            }

            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
            {
                kept.Append(rune.ToString());
            }
        }

        return kept.ToString().Trim() is { Length: > 0 } text ? text : null;
    }
}
