namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// The columns that the contract opens to people who are signed in, of one table: to read, to give when
/// a row is added, to change. Whatever is not named is denied. Nobody in particular reads the same of
/// chats and what stands in them, and nothing else; they write nothing.
/// </summary>
internal sealed record Columns(string Table, string Read, string Insert = "", string Update = "", bool Anonymous = false)
{
    public const string All = "*";

    public static readonly IReadOnlyList<Columns> Of =
    [
        new("User", "* but password"),
        // "tag" is a digest of the other columns.
        new("Colleague", "id email organizationId roleId managerId tag"),
        new("Organization", All, "", "name"),
        new("Role", All, "id name permissions organizationId", "name permissions"),
        new("Chat", All, "* but version", "title visibility", Anonymous: true),
        new("Message", All, "* but version", "parts attachments", Anonymous: true),
        // A trigger sets "chatId".
        new("Vote", All, All, "value", Anonymous: true),
        new("Document", All, "* but version"),
        new("Suggestion", All, "* but version", "suggestedText description isResolved"),
        // How it goes on and ends is for functions to say.
        new("Stream", All, "id chatId createdAt userId", Anonymous: true),
        new("StreamChunk", All, "streamId index data", Anonymous: true),
        // The token is in the mail alone.
        new("Invitation", "* but tokenDigest", "id organizationId email roleId tokenDigest expires"),
        new("accounts", "provider providerAccountId scope type"),
        new("sessions", "id createdAt lastUsed client expires"),
        new("verificationToken", ""),
        new("CreditEntry", All),
        new("AuditEvent", All),
        // What the contract leaves to the API: people's own keys and quotas, and the outbox, which is nobody's.
        new("IdempotencyKey", All, "userId key requestDigest body", "body"),
        new("Quota", All),
        new("Event", ""),
    ];

    public bool Reads(string? who, string column) => (who is not null || Anonymous) && Holds(Read, column);

    public bool Inserts(string? who, string column) => who is not null && Holds(Insert, column);

    public bool Updates(string? who, string column) => who is not null && Holds(Update, column);

    /// <summary>A set of columns as a reader of the documentation has it.</summary>
    public static string Words(string columns) => columns switch
    {
        All => "all",
        _ when columns.StartsWith("* but ", StringComparison.Ordinal) => $"all but {Quoted(columns[6..])}",
        _ => Quoted(columns),
    };

    private static bool Holds(string columns, string column) =>
        columns.StartsWith(All, StringComparison.Ordinal) != columns.Split(' ').Contains(column);

    private static string Quoted(string columns) => string.Join(", ", columns.Split(' ').Select(c => $"`{c}`"));
}
