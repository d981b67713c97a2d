using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;

namespace RlsChat.Api.Http;

/// <summary>
/// The rules of a body type, from the attributes of its constructor's parameters. The description of the API is
/// written from the same ones.
/// </summary>
internal sealed class BodyRules
{
    private static readonly ConcurrentDictionary<Type, BodyRules> Known = new();
    private readonly List<Field> _fields;

    private BodyRules(Type body)
    {
        SomeOf = body.IsDefined(typeof(SomeOfAttribute));
        _fields = [.. body.GetConstructors().Single().GetParameters().Select(parameter => new Field(
            JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!), body.GetProperty(parameter.Name!)!,
            parameter.GetCustomAttribute<RequiredAttribute>(), parameter.GetCustomAttribute<RuleAttribute>()))];
    }

    private sealed record Field(string Name, PropertyInfo Property, RequiredAttribute? Required, RuleAttribute? Rule);

    /// <summary>Whether a body without any field is refused.</summary>
    public bool SomeOf { get; }

    /// <summary>The names of the required fields.</summary>
    public IEnumerable<string> Required => _fields.Where(known => known.Required is not null).Select(known => known.Name);

    /// <summary>The rule of a field, or null.</summary>
    public RuleAttribute? this[string field] => _fields.Find(known => known.Name == field)?.Rule;

    public static BodyRules Of(Type body) => Known.GetOrAdd(body, type => new BodyRules(type));

    public void Check(IInput body, Errors errors)
    {
        var values = _fields.ConvertAll(field => (Field: field, Value: field.Property.GetValue(body)));
        if (SomeOf && values.TrueForAll(given => given.Value is null or GivenId { IsGiven: false }))
        {
            errors.Add("body", $"must hold at least one of {string.Join(", ", _fields.Select(field => field.Name))}");
        }

        foreach (var (field, value) in values)
        {
            var error = value is not null ? field.Rule?.Error(value)
                : field.Required is { } required ? required.ErrorMessage ?? field.Rule!.Error(null)
                : null;
            if (error is not null)
            {
                errors.Add(field.Name, error);
            }
        }
    }
}
