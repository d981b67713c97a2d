using System.Text.Json;
using System.Text.Json.Serialization;

namespace RlsChat.Api.Http;

/// <summary>An id in a request where null and absent mean different things.</summary>
/// <param name="IsGiven">Whether the field is present.</param>
/// <param name="Value">Its value.</param>
[JsonConverter(typeof(GivenIdJson))]
internal readonly record struct GivenId(bool IsGiven, Guid? Value);

/// <summary>Reads an id or null.</summary>
internal sealed class GivenIdJson : JsonConverter<GivenId>
{
    public override bool HandleNull => true;

    public override GivenId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => new(true, null),
            JsonTokenType.String when reader.TryGetGuid(out var id) => new(true, id),
            _ => throw new JsonException(),
        };

    public override void Write(Utf8JsonWriter writer, GivenId value, JsonSerializerOptions options)
    {
        if (value.Value is { } id)
        {
            writer.WriteStringValue(id);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
