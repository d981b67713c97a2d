using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace RlsChat.Api.Http;

/// <summary>How bodies are read and written.</summary>
internal static class ApiJson
{
    public static readonly JsonSerializerOptions Options = Strict(
        new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

    /// <summary>Refuses fields that the type does not have, and converts nothing silently.</summary>
    public static JsonSerializerOptions Strict(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        options.Converters.Add(new UtcMilliseconds());
        return options;
    }
}

/// <summary>A time of the database (UTC, milliseconds) as JavaScript writes it: 2026-01-31T09:30:00.000Z.</summary>
internal sealed class UtcMilliseconds : JsonConverter<DateTime>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Parses the text; the result has no kind, as in the database.</summary>
    public static bool TryParse(string? text, out DateTime time) =>
        DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    /// <summary>Writes what <see cref="TryParse"/> reads.</summary>
    public static string Text(DateTime time) => time.ToString(Format, CultureInfo.InvariantCulture);

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryParse(reader.GetString(), out var time) ? time : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        // Begins as Format writes it, up to the milliseconds, and has a fast path, which a format of one's own has not.
        Span<byte> text = stackalloc byte[33];
        _ = value.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[23] = (byte)'Z';
        writer.WriteStringValue(text[..24]);
    }
}

/// <summary>
/// A JSON object that is passed through unchanged, byte for byte.
/// </summary>
internal sealed class RawJson() : RawJsonValue(JsonTokenType.StartObject);

/// <summary>As <see cref="RawJson"/>, for an array.</summary>
internal sealed class RawJsonArray() : RawJsonValue(JsonTokenType.StartArray);

/// <summary>As <see cref="RawJson"/>, for an array of texts.</summary>
internal sealed class RawJsonTexts() : RawJsonValue(JsonTokenType.StartArray);

/// <summary>JSON that is passed through unchanged.</summary>
internal abstract class RawJsonValue(JsonTokenType start) : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == start ? JsonElement.ParseValue(ref reader).GetRawText() : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}
