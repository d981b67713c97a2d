using System.Runtime.CompilerServices;

namespace RlsChat.Api.Http;

/// <summary>What a check demands of one field.</summary>
/// <param name="Required">Whether it must be there and not be null.</param>
internal sealed record Rule(bool Required)
{
    /// <summary>Shortest and longest text, in characters.</summary>
    public int? MinLength { get; init; }

    /// <inheritdoc cref="MinLength"/>
    public int? MaxLength { get; init; }

    /// <summary>The only values of the text, or of each text of the list.</summary>
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>A regular expression that the text matches.</summary>
    public string? Pattern { get; init; }

    /// <summary>The name of the text's format.</summary>
    public string? Format { get; init; }

    /// <summary>A bound that the number is above, the lowest and highest number, and the step between numbers.</summary>
    public decimal? Above { get; init; }

    /// <inheritdoc cref="Above"/>
    public decimal? Min { get; init; }

    /// <inheritdoc cref="Above"/>
    public decimal? Max { get; init; }

    /// <inheritdoc cref="Above"/>
    public decimal? MultipleOf { get; init; }
}

/// <summary>What the check of a body demands, by field: written down by the check itself, so they cannot differ.</summary>
internal sealed class Rules
{
    private readonly Dictionary<string, Rule> _byField = [];

    /// <summary>Whether a body that holds nothing is refused though no field is required.</summary>
    public bool SomeOf { get; private set; }

    /// <summary>The names of the fields that must be there.</summary>
    public IEnumerable<string> Required => _byField.Where(rule => rule.Value.Required).Select(rule => rule.Key);

    /// <summary>What is demanded of that field, or null for nothing.</summary>
    public Rule? this[string field] => _byField.GetValueOrDefault(field);

    /// <summary>The first rule of a field is the one that says the most.</summary>
    public void Add(string field, Rule rule) => _byField.TryAdd(field, rule);

    public void AddSomeOf() => SomeOf = true;

    /// <summary>Asks a body type's check, of a body that holds nothing.</summary>
    public static Rules Of(Type body)
    {
        var rules = new Rules();
        ((IInput)RuntimeHelpers.GetUninitializedObject(body)).Check(new Errors { Rules = rules });
        return rules;
    }
}
