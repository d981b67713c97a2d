using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RlsChat.Api.Text;

/// <summary>
/// JSON that SQL can read. The constraints of the database refuse what a cast to jsonb refuses; this says beforehand
/// which it is, as the type json, and a JSON reader, take more.
/// </summary>
internal static class ReadableJson
{
    // What numeric holds: digits before the decimal point, and after it. Its reader takes no larger exponent.
    private const int MaxWhole = 131_072, MaxFraction = 16_383, MaxExponent = (int.MaxValue / 2) - 1;

    /// <summary>What is wrong with well-formed JSON, or null for nothing.</summary>
    public static string? Fault(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                && reader.ValueIsEscaped && !HoldsCharacters(reader.ValueSpan))
            {
                return @"must hold no \u0000 and no half of a surrogate pair";
            }

            if (reader.TokenType is JsonTokenType.Number && !FitsNumeric(reader.ValueSpan))
            {
                return "must hold no number beyond the range of numeric";
            }
        }

        return null;
    }

    /// <summary>Whether every \u of a text is a character other than NUL, or half of a pair that is whole.</summary>
    private static bool HoldsCharacters(ReadOnlySpan<byte> text)
    {
        while (text.IndexOf((byte)'\\') is >= 0 and var at)
        {
            var escape = text[at..];
            if (escape[1] != 'u')
            {
                text = escape[2..];
                continue;
            }

            var first = Unit(escape);
            text = escape[6..];
            if (first == 0 || char.IsLowSurrogate(first))
            {
                return false;
            }

            if (char.IsHighSurrogate(first))
            {
                if (!(text.StartsWith("\\u"u8) && char.IsLowSurrogate(Unit(text))))
                {
                    return false;
                }

                text = text[6..];
            }
        }

        return true;
    }

    private static char Unit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..6], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static bool FitsNumeric(ReadOnlySpan<byte> number)
    {
        var exponent = 0;
        if (number.IndexOfAny((byte)'e', (byte)'E') is >= 0 and var e)
        {
            if (!int.TryParse(number[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || exponent is > MaxExponent or < -MaxExponent)
            {
                return false;
            }

            number = number[..e];
        }

        number = number.TrimStart((byte)'-');
        var point = number.IndexOf((byte)'.');
        var (whole, fraction) = point < 0 ? (number.Length, 0) : (point, number.Length - point - 1);
        var first = number.IndexOfAnyInRange((byte)'1', (byte)'9');
        // Of 0.001 there are -2 digits before the point.
        var digits = first < 0 ? int.MinValue : (first < whole ? whole - first : whole + 1 - first) + exponent;
        return digits <= MaxWhole && fraction - exponent <= MaxFraction;
    }
}
