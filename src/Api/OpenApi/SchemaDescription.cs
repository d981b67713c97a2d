using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>Completes the schema of a type by its JSON converters and its rules. The framework's schemas know neither.</summary>
internal static class SchemaDescription
{
    public static Task Complete(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken stop)
    {
        if (context.JsonPropertyInfo is { } property)
        {
            Complete(schema, property);
        }

        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            Complete(schema, context.JsonTypeInfo);
        }

        return Task.CompletedTask;
    }

    /// <summary>An id of a row.</summary>
    public static OpenApiSchema Id() => new() { Type = JsonSchemaType.String, Format = "uuid" };

    /// <summary>A time, as <see cref="UtcMilliseconds"/> reads and writes it.</summary>
    public static OpenApiSchema Time() => TimeOf(new());

    /// <summary>An enumeration, with its default or null.</summary>
    public static OpenApiSchema Words(IEnumerable<string> words, string? standard = null) => new()
    {
        Type = JsonSchemaType.String,
        Enum = [.. words.Select(word => (JsonNode)word)],
        Default = standard,
    };

    /// <summary>Adds a rule of a text, a number or the texts of a list.</summary>
    private static void AddRule(OpenApiSchema schema, RuleAttribute rule)
    {
        AddLimits(schema, rule);
        (schema.MinLength, schema.Pattern) = (rule.MinLength, rule.Pattern);
        schema.Format = rule.Format ?? schema.Format;
        schema.ExclusiveMinimum = rule.Above is { } above ? Number(above) : null;
        schema.Minimum = rule.Min is { } min ? Number(min) : schema.Minimum;
        schema.Maximum = rule.Max is { } max ? Number(max) : null;
        schema.MultipleOf = rule.MultipleOf ?? schema.MultipleOf;
    }

    /// <summary>Adds what also holds for a row that was written under the rule.</summary>
    public static void AddLimits(OpenApiSchema schema, RuleAttribute rule)
    {
        schema.MaxLength = rule.MaxLength;
        var text = schema.Items as OpenApiSchema ?? schema;
        if (rule.Words is { } words)
        {
            text.Enum = [.. words.Select(word => (JsonNode)word)];
            if (text.Type?.HasFlag(JsonSchemaType.Null) == true)
            {
                text.Enum.Add(JsonNullSentinel.JsonNull);
            }
        }
    }

    private static void Complete(OpenApiSchema schema, JsonTypeInfo type)
    {
        if (type.Type.IsAssignableTo(typeof(IInput)))
        {
            var rules = BodyRules.Of(type.Type);
            schema.Required = new HashSet<string>(rules.Required);
            schema.MinProperties = rules.SomeOf ? 1 : null;
            schema.AdditionalPropertiesAllowed = false;
        }
        else
        {
            schema.Required = new HashSet<string>(type.Properties.Where(IsAlwaysWritten).Select(property => property.Name));
            // Responses may get more fields.
            schema.AdditionalPropertiesAllowed = true;
        }
    }

    private static void Complete(OpenApiSchema schema, JsonPropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var converter = Attribute<JsonConverterAttribute>(property)?.ConverterType;
        if (converter == typeof(RawJson))
        {
            schema.Type = JsonSchemaType.Object;
        }
        else if (converter is not null && converter.IsAssignableTo(typeof(RawJsonValue)))
        {
            schema.Type = JsonSchemaType.Array;
            schema.Items = new OpenApiSchema { Type = converter == typeof(RawJsonTexts) ? JsonSchemaType.String : null };
        }
        else if (type == typeof(GivenId))
        {
            (schema.Type, schema.Format) = (JsonSchemaType.String, "uuid");
        }
        else if (type == typeof(DateTime))
        {
            TimeOf(schema);
        }
        else if (type == typeof(decimal))
        {
            (schema.Format, schema.MultipleOf) = (null, 0.01m);
        }
        else if (type == typeof(string[]))
        {
            schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        }

        var rules = property.DeclaringType.IsAssignableTo(typeof(IInput)) ? BodyRules.Of(property.DeclaringType) : null;
        // A named type is referenced, and whether it is nullable stands beside the reference.
        if (schema.Type is { } known && schema.Properties is null)
        {
            var canBeNull = rules is null ? IsNullable(property) : !rules.Required.Contains(property.Name);
            schema.Type = canBeNull && IsAlwaysWritten(property) ? known | JsonSchemaType.Null : known & ~JsonSchemaType.Null;
        }

        if (rules?[property.Name] is { } rule)
        {
            AddRule(schema, rule);
        }
    }

    private static OpenApiSchema TimeOf(OpenApiSchema schema)
    {
        (schema.Type, schema.Format) = (JsonSchemaType.String, "date-time");
        schema.Pattern = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$";
        schema.Examples = ["2026-01-31T09:30:00.000Z"];
        return schema;
    }

    private static bool IsNullable(JsonPropertyInfo property) =>
        Nullable.GetUnderlyingType(property.PropertyType) is not null
        || (!property.PropertyType.IsValueType && property.IsGetNullable);

    private static bool IsAlwaysWritten(JsonPropertyInfo property) => Attribute<JsonIgnoreAttribute>(property) is null;

    private static T? Attribute<T>(JsonPropertyInfo property) where T : Attribute =>
        property.AttributeProvider?.GetCustomAttributes(typeof(T), inherit: false).OfType<T>().SingleOrDefault();

    private static string Number(decimal number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
