using System.Text;
using RlsChat.Api.Text;

namespace RlsChat.Api.Http;

/// <summary>A rule for a field of a body, unless the field is left out; see also <c>[Required]</c>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal abstract class RuleAttribute : Attribute
{
    /// <summary>Shortest and longest text, in characters.</summary>
    public int? MinLength { get; protected init; }

    /// <inheritdoc cref="MinLength"/>
    public int? MaxLength { get; protected init; }

    /// <summary>The only values of the text, or of each text of the list.</summary>
    public IReadOnlyList<string>? Words { get; protected init; }

    /// <summary>A regular expression that the text matches.</summary>
    public string? Pattern { get; protected init; }

    /// <summary>The name of the text's format.</summary>
    public string? Format { get; protected init; }

    /// <summary>An exclusive lower bound, the lowest and highest number, and the step between numbers.</summary>
    public decimal? Above { get; protected init; }

    /// <inheritdoc cref="Above"/>
    public decimal? Min { get; protected init; }

    /// <inheritdoc cref="Above"/>
    public decimal? Max { get; protected init; }

    /// <inheritdoc cref="Above"/>
    public decimal? MultipleOf { get; protected init; }

    /// <summary>What is wrong with a value, or null.</summary>
    public abstract string? Error(object? value);
}

/// <summary>A body must hold at least one field: a change must change something.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class SomeOfAttribute : Attribute;

/// <summary>A text of so many characters (Unicode scalars, as PostgreSQL counts).</summary>
internal sealed class TextAttribute : RuleAttribute
{
    public TextAttribute(int min, int max) => (MinLength, MaxLength) = (min, max);

    public override string? Error(object? value) =>
        value is string text && !text.Contains('\0') && text.EnumerateRunes().Count() is var length && length >= MinLength && length <= MaxLength
            ? null
            : $"must be a text of {MinLength} to {MaxLength} characters, without NUL";
}

/// <summary>A text of 1 to so many characters, one of which is visible.</summary>
internal sealed class NameAttribute : RuleAttribute
{
    private readonly TextAttribute _text;

    public NameAttribute(int max) => (_text, MinLength, MaxLength) = (new TextAttribute(1, max), 1, max);

    public override string? Error(object? value) =>
        _text.Error(value) ?? (Blank.Is((string)value!) ? "must hold a visible character" : null);
}

/// <summary>A text of so many octets (of UTF-8).</summary>
internal sealed class OctetsAttribute : RuleAttribute
{
    // A text of so many octets has no more characters.
    public OctetsAttribute(int min, int max) => (MinLength, MaxLength) = (min, max);

    public override string? Error(object? value) =>
        value is string text && !text.Contains('\0') && Encoding.UTF8.GetByteCount(text) is var length && length >= MinLength && length <= MaxLength
            ? null
            : $"must be a text of {MinLength} to {MaxLength} octets, without NUL";
}

/// <summary>One of a few words, or a list of them.</summary>
internal class WordsAttribute : RuleAttribute
{
    public WordsAttribute(params string[] words) => Words = words;

    public override string? Error(object? value) =>
        value is string word && Words!.Contains(word) || value is string?[] list && list.All(one => Words!.Contains(one))
            ? null
            : $"must be one of {string.Join(", ", Words!)}";
}

/// <summary>JSON, well-formed as it was read, that SQL can read too.</summary>
internal sealed class ReadableJsonAttribute : RuleAttribute
{
    public override string? Error(object? value) => ReadableJson.Fault((string)value!);
}

/// <summary>A whole number, from a lowest one on.</summary>
internal sealed class WholeNumberAttribute : RuleAttribute
{
    public WholeNumberAttribute(int min) => Min = min;

    public override string? Error(object? value) =>
        value is int number && number >= Min ? null : $"must be a whole number from {Min}";
}

/// <summary>Credits: above zero, in hundredths, with at most 18 digits before the point.</summary>
internal sealed class CreditsAttribute : RuleAttribute
{
    public CreditsAttribute() => (Above, Max, MultipleOf) = (0, 999_999_999_999_999_999.99m, 0.01m);

    public override string? Error(object? value) =>
        value is decimal amount && amount > Above && amount <= Max && amount == decimal.Round(amount, 2)
            ? null
            : "must be a number above zero with at most two decimals";
}

/// <summary>The shape of an e-mail address.</summary>
internal sealed class EmailAttribute : RuleAttribute
{
    /// <summary>The longest address, in characters.</summary>
    public const int Longest = 254;

    public EmailAttribute() => (MinLength, MaxLength, Format) = (3, Longest, "email");

    public override string? Error(object? value) =>
        value is string { Length: <= Longest } address && address.IndexOf('@') is >= 1 and var at && at == address.LastIndexOf('@')
            && at < address.Length - 1 && Nfc.Of(address).Length <= Longest
            && !address.EnumerateRunes().Any(rune => Blank.Is(rune) && !Blank.IsJoiner(rune))
            ? null
            : $"must be an e-mail address of at most {Longest} characters";
}
