using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Api.Live;

namespace RlsChat.Api.Http;

/// <summary>Every type that is read from a request or written to a response.</summary>
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(SignIn.Registration))]
[JsonSerializable(typeof(SignIn.Credentials))]
[JsonSerializable(typeof(SignIn.Ticket))]
[JsonSerializable(typeof(SignIn.Tokens))]
[JsonSerializable(typeof(MailedTokens.Addressee))]
[JsonSerializable(typeof(MailedTokens.Proof))]
[JsonSerializable(typeof(MailedTokens.NewPassword))]
[JsonSerializable(typeof(Me.Person))]
[JsonSerializable(typeof(MyAccount.PasswordChange))]
[JsonSerializable(typeof(Page<MyAccount.Session>))]
[JsonSerializable(typeof(Page<MyAccount.Account>))]
[JsonSerializable(typeof(Chats.NewChat))]
[JsonSerializable(typeof(Chats.Change), TypeInfoPropertyName = "ChatChange")]
[JsonSerializable(typeof(Page<Chats.Chat>))]
[JsonSerializable(typeof(Messages.NewMessage))]
[JsonSerializable(typeof(Messages.Change), TypeInfoPropertyName = "MessageChange")]
[JsonSerializable(typeof(Page<Messages.Message>))]
[JsonSerializable(typeof(Streams.NewStream))]
[JsonSerializable(typeof(Streams.NewChunk))]
[JsonSerializable(typeof(Streams.Chunk))]
[JsonSerializable(typeof(Streams.End))]
[JsonSerializable(typeof(Page<Streams.Stream>))]
[JsonSerializable(typeof(Organizations.Naming))]
[JsonSerializable(typeof(Organizations.Tenant))]
[JsonSerializable(typeof(Members.Change), TypeInfoPropertyName = "MemberChange")]
[JsonSerializable(typeof(Page<Members.Member>))]
[JsonSerializable(typeof(Roles.NewRole))]
[JsonSerializable(typeof(Roles.Change), TypeInfoPropertyName = "RoleChange")]
[JsonSerializable(typeof(Page<Roles.Role>))]
[JsonSerializable(typeof(Invitations.NewInvitation))]
[JsonSerializable(typeof(Guid?))]
[JsonSerializable(typeof(Invitations.Made))]
[JsonSerializable(typeof(Invitations.Acceptance))]
[JsonSerializable(typeof(Invitations.Joined))]
[JsonSerializable(typeof(Page<Invitations.Invitation>))]
[JsonSerializable(typeof(Page<Audit.Event>))]
[JsonSerializable(typeof(Credits.NewGrant))]
[JsonSerializable(typeof(Credits.Granted))]
[JsonSerializable(typeof(Page<Credits.Entry>))]
[JsonSerializable(typeof(Votes.NewVote))]
[JsonSerializable(typeof(Page<Votes.Vote>))]
[JsonSerializable(typeof(Documents.NewDocument))]
[JsonSerializable(typeof(Documents.NewVersion))]
[JsonSerializable(typeof(Documents.Document))]
[JsonSerializable(typeof(Page<Documents.Version>))]
[JsonSerializable(typeof(Suggestions.NewSuggestion))]
[JsonSerializable(typeof(Suggestions.Change), TypeInfoPropertyName = "SuggestionChange")]
[JsonSerializable(typeof(Page<Suggestions.Suggestion>))]
[JsonSerializable(typeof(Tail.Deleted))]
[JsonSerializable(typeof(Monitor.Listing<Monitor.Policy>))]
[JsonSerializable(typeof(Monitor.Listing<Monitor.Table>), TypeInfoPropertyName = "MonitoredTables")]
[JsonSerializable(typeof(Monitor.Listing<Monitor.Connections>))]
[JsonSerializable(typeof(Monitor.Statements))]
[JsonSerializable(typeof(Monitor.Listing<Pools.Pool>))]
[JsonSerializable(typeof(Monitor.Listing<Monitor.Check>))]
[JsonSerializable(typeof(Monitor.Listing<Monitor.Migration>))]
[JsonSerializable(typeof(EventStreams.Chunk), TypeInfoPropertyName = "LiveChunk")]
[JsonSerializable(typeof(Health.State))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The types under the rules of <see cref="Strict"/>.</summary>
    public static readonly ApiJson Written = new(Strict(new JsonSerializerOptions(JsonSerializerDefaults.Web)));

    /// <summary>What is not said in the request's type is refused, and nothing is guessed.</summary>
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

    /// <summary>Reads such a text; of no kind, as the database has it.</summary>
    public static bool TryParse(string? text, out DateTime time) =>
        DateTime.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);

    /// <summary>Writes what <see cref="TryParse"/> reads.</summary>
    public static string Text(DateTime time) => time.ToString(Format, CultureInfo.InvariantCulture);

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryParse(reader.GetString(), out var time) ? time : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Text(value));
}

/// <summary>
/// An object of JSON that is passed on as it was written, byte for byte, spaces and key order included.
/// </summary>
internal sealed class RawJson() : RawJsonValue(JsonTokenType.StartObject);

/// <summary>As <see cref="RawJson"/>, for an array.</summary>
internal sealed class RawJsonArray() : RawJsonValue(JsonTokenType.StartArray);

/// <summary>As <see cref="RawJson"/>, for an array of texts.</summary>
internal sealed class RawJsonTexts() : RawJsonValue(JsonTokenType.StartArray);

/// <summary>JSON that is passed on as it was written.</summary>
internal abstract class RawJsonValue(JsonTokenType start) : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == start ? JsonElement.ParseValue(ref reader).GetRawText() : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}
