using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RlsChat.Tests.Api.Fixtures;

/// <summary>
/// Compares JSON with the part of JSON Schema that the API's description uses; any other keyword is a
/// fault. Stricter than the standard: an object holds nothing that is not described.
/// </summary>
internal sealed class JsonShape(Contract contract)
{
    /// <summary>Where the value differs, in words.</summary>
    public IEnumerable<string> Faults(JsonNode? value, JsonNode schema, string at = "$")
    {
        var described = contract.Resolve(schema).AsObject();
        return described.SelectMany(keyword => Faults(value, keyword.Key, keyword.Value!, described, at));
    }

    private IEnumerable<string> Faults(JsonNode? value, string keyword, JsonNode demand, JsonObject schema, string at) => keyword switch
    {
        "description" or "examples" or "default" => [],
        "type" => Unless(Texts(demand).Any(type => Is(value, type)), at, $"should be {demand.ToJsonString()}"),
        "enum" => Unless(demand.AsArray().Any(word => JsonNode.DeepEquals(word, value)), at, $"should be one of {demand.ToJsonString()}"),
        "allOf" => demand.AsArray().SelectMany(all => Faults(value, all!, at)),
        "oneOf" => Unless(demand.AsArray().Count(one => !Faults(value, one!, at).Any()) == 1, at, "should be one of several"),
        "properties" when value is JsonObject members => members.SelectMany(member =>
            demand[member.Key] is { } known ? Faults(member.Value, known, $"{at}.{member.Key}")
            : schema.ContainsKey("type") ? [$"{at}.{member.Key} is not described"] : []),
        "required" when value is JsonObject members => Texts(demand)
            .Where(name => !members.ContainsKey(name)).Select(name => $"{at}.{name} is missing"),
        "additionalProperties" when value is JsonObject members && demand is JsonObject rest =>
            members.SelectMany(member => Faults(member.Value, rest, $"{at}.{member.Key}")),
        "additionalProperties" => [],
        "minProperties" when value is JsonObject members => Unless(members.Count >= (int)demand, at, "holds too little"),
        "items" when value is JsonArray items => items.SelectMany((item, index) => Faults(item, demand, $"{at}[{index}]")),
        "format" when value?.GetValueKind() == JsonValueKind.String => Unless(HasFormat((string)value!, (string)demand!), at, $"should be a {demand}"),
        "pattern" when Text(value) is { } text => Unless(Regex.IsMatch(text, (string)demand!), at, $"should match {demand}"),
        "minLength" when Text(value) is { } text => Unless(text.EnumerateRunes().Count() >= (int)demand, at, "is too short"),
        "maxLength" when Text(value) is { } text => Unless(text.EnumerateRunes().Count() <= (int)demand, at, "is too long"),
        "minimum" when Number(value) is { } number => Unless(number >= Number(demand), at, "is too low"),
        "exclusiveMinimum" when Number(value) is { } number => Unless(number > Number(demand), at, "is too low"),
        "maximum" when Number(value) is { } number => Unless(number <= Number(demand), at, "is too high"),
        "multipleOf" when Number(value) is { } number => Unless(number % Number(demand) == 0, at, "is too fine"),
        "properties" or "required" or "minProperties" or "items" or "format" or "pattern" or "minLength" or "maxLength"
            or "minimum" or "exclusiveMinimum" or "maximum" or "multipleOf" => [],
        _ => [$"{at}: what does {keyword} mean?"],
    };

    private static bool Is(JsonNode? value, string type) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("null", JsonValueKind.Null) or ("string", JsonValueKind.String) or ("array", JsonValueKind.Array)
            or ("object", JsonValueKind.Object) or ("number", JsonValueKind.Number)
            or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => Number(value) is { } number && number == decimal.Truncate(number),
        _ => false,
    };

    private static bool HasFormat(string text, string format) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
        "email" => text.Contains('@'),
        _ => false,
    };

    private static IEnumerable<string> Unless(bool holds, string at, string fault) => holds ? [] : [$"{at} {fault}"];

    private static string? Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? (string)value! : null;

    private static decimal? Number(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number
        ? decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
        : null;

    private static IEnumerable<string> Texts(JsonNode node) =>
        node is JsonArray many ? many.Select(one => (string)one!) : [(string)node!];
}
