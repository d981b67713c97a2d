using System.Text;
using RlsChat.Api.Text;

namespace RlsChat.Api.Http;

/// <summary>A request body that can say what is wrong with it.</summary>
internal interface IInput
{
    void Check(Errors errors);
}

/// <summary>Asks every body what is wrong with it, before a handler sees it.</summary>
internal static class Input
{
    public static ValueTask<object?> Check(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach (var argument in context.Arguments)
        {
            if (argument is IInput input)
            {
                var errors = new Errors();
                input.Check(errors);
                errors.ThrowIfAny();
            }
        }

        return next(context);
    }
}

/// <summary>What is wrong with a request, by field.</summary>
internal sealed class Errors
{
    /// <summary>The longest e-mail address.</summary>
    public const int MaxEmail = 254;

    private readonly Dictionary<string, string[]> _byField = [];

    /// <summary>Where a check writes down what it demands, when that is the question; null in a request.</summary>
    public Rules? Rules { get; init; }

    public void Add(string field, string error) => _byField.TryAdd(field, [error]);

    /// <summary>A text that must be there, of so many characters (Unicode scalars, as PostgreSQL counts).</summary>
    public void Text(string field, string? value, int min, int max)
    {
        Rules?.Add(field, new(Required: true) { MinLength = min, MaxLength = max });
        var length = value?.EnumerateRunes().Count() ?? -1;
        if (length < min || length > max || value!.Contains('\0'))
        {
            Add(field, $"must be a text of {min} to {max} characters, without NUL");
        }
    }

    /// <summary>As <see cref="Text"/>, but it may be left out.</summary>
    public void OptionalText(string field, string? value, int min, int max)
    {
        Rules?.Add(field, new(Required: false) { MinLength = min, MaxLength = max });
        if (value is not null)
        {
            Text(field, value, min, max);
        }
    }

    /// <summary>A text by which people know something: as <see cref="Text"/>, and it shows something.</summary>
    public void Name(string field, string? value, int max)
    {
        Rules?.Add(field, new(Required: true) { MinLength = 1, MaxLength = max });
        Text(field, value, 1, max);
        if (value is not null && Blank.Is(value))
        {
            Add(field, "must hold a visible character");
        }
    }

    /// <summary>As <see cref="Name"/>, but it may be left out.</summary>
    public void OptionalName(string field, string? value, int max)
    {
        Rules?.Add(field, new(Required: false) { MinLength = 1, MaxLength = max });
        if (value is not null)
        {
            Name(field, value, max);
        }
    }

    /// <summary>JSON that was well-formed when it was read, or was left out: SQL must be able to read it.</summary>
    public void Json(string field, string? value)
    {
        if (value is not null && ReadableJson.Fault(value) is { } fault)
        {
            Add(field, fault);
        }
    }

    /// <summary>A text that must be there, of so many octets (of UTF-8).</summary>
    public void Octets(string field, string? value, int min, int max)
    {
        // No text of so many octets has more characters.
        Rules?.Add(field, new(Required: true) { MinLength = min, MaxLength = max });
        var length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (length < min || length > max || value!.Contains('\0'))
        {
            Add(field, $"must be a text of {min} to {max} octets, without NUL");
        }
    }

    /// <summary>A whole number that must be there, from a lowest one on.</summary>
    public void WholeNumber(string field, int? value, int min)
    {
        Rules?.Add(field, new(Required: true) { Min = min });
        if (value is null || value < min)
        {
            Add(field, $"must be a whole number from {min}");
        }
    }

    /// <summary>One of a few words.</summary>
    public void Word(string field, string? value, params ReadOnlySpan<string> words)
    {
        Rules?.Add(field, new(Required: true) { Words = [.. words] });
        if (!words.Contains(value))
        {
            Add(field, $"must be one of {string.Join(", ", words)}");
        }
    }

    /// <summary>One of a few words, or left out.</summary>
    public void OptionalWord(string field, string? value, params ReadOnlySpan<string> words)
    {
        Rules?.Add(field, new(Required: false) { Words = [.. words] });
        if (value is not null)
        {
            Word(field, value, words);
        }
    }

    /// <summary>Any of a few words, or left out.</summary>
    public void Words(string field, string?[]? values, params ReadOnlySpan<string> words)
    {
        Rules?.Add(field, new(Required: false) { Words = [.. words] });
        foreach (var value in values ?? [])
        {
            OptionalWord(field, value ?? "", words);
        }
    }

    /// <summary>Something that must be there; its form was checked when it was read.</summary>
    public void Required(string field, object? value, string error)
    {
        Rules?.Add(field, new(Required: true));
        if (value is null)
        {
            Add(field, error);
        }
    }

    /// <summary>A change must change something.</summary>
    public void SomeOf(string fields, params ReadOnlySpan<object?> values)
    {
        Rules?.AddSomeOf();
        foreach (var value in values)
        {
            if (value is not null)
            {
                return;
            }
        }

        Add("body", $"must hold at least one of {fields}");
    }

    /// <summary>An e-mail address by its shape; whether it exists, only a mail can tell.</summary>
    public void Email(string field, string? value)
    {
        Rules?.Add(field, new(Required: true) { MinLength = 3, MaxLength = MaxEmail, Format = "email" });
        var at = value?.IndexOf('@') ?? -1;
        if (at < 1 || at != value!.LastIndexOf('@') || at == value.Length - 1 || value.Length > MaxEmail || Nfc.Of(value).Length > MaxEmail
            || value.EnumerateRunes().Any(rune => Blank.Is(rune) && !Blank.IsJoiner(rune)))
        {
            Add(field, $"must be an e-mail address of at most {MaxEmail} characters");
        }
    }

    /// <summary>Credits: above zero, in hundredths.</summary>
    public void Credits(string field, decimal? value, decimal max)
    {
        Rules?.Add(field, new(Required: true) { Above = 0, Max = max, MultipleOf = 0.01m });
        if (value is not { } amount || amount <= 0 || amount > max || amount != decimal.Round(amount, 2))
        {
            Add(field, "must be a number above zero with at most two decimals");
        }
    }

    /// <exception cref="InvalidInputException">Something is wrong.</exception>
    public void ThrowIfAny()
    {
        if (_byField.Count > 0)
        {
            throw new InvalidInputException(Problems.Invalid(_byField));
        }
    }
}

/// <summary>The request is not well-formed; nothing was done.</summary>
internal sealed class InvalidInputException(Problem problem) : ProblemException(problem)
{
    public InvalidInputException(string field, string error) : this(Problems.Invalid(field, error)) { }
}
