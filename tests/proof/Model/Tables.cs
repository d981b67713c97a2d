namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// A table as clients see it. <paramref name="Key"/> is the SQL that names a row as the model does;
/// <paramref name="Change"/> an assignment that its update grant allows (null: none), and
/// <paramref name="Changed"/> what is true of rows after it. <paramref name="Fixed"/> is
/// an assignment that nobody may make, and <paramref name="Anonymous"/>: nobody in particular may read it, too.
/// </summary>
internal sealed record Table(
    string Name, Type Row, string Key, string? Change = null, string? Changed = null,
    bool Deletes = false, bool Anonymous = false, string? Suffix = null, string Fixed = "\"id\" = null")
{
    private const string Version = """concat("id", ' ', extract(epoch from "createdAt")::int - 1767225600)""";

    public static readonly Table Suggestions = new(
        """public."Suggestion" """, typeof(Suggestion), "\"id\"::text", "\"suggestedText\" = 'changed'", "\"suggestedText\" = 'changed'", true, Suffix: "reworded");

    public static readonly Table Resolutions = Suggestions with { Change = "\"isResolved\" = true", Changed = "\"isResolved\"", Suffix = "resolved" };

    /// <summary>All that a request can ask for, the view of colleagues and what nobody may write included.</summary>
    public static readonly IReadOnlyList<Table> All =
    [
        new("""public."User" """, typeof(Person), "\"id\"::text", Deletes: true),
        new("""public."Colleague" """, typeof(Colleague), "\"id\"::text"),
        new("""public."Organization" """, typeof(Organization), "\"id\"::text", "\"name\" = 'changed'", "\"name\" = 'changed'", true),
        // An unset permission is none: as little as anybody may put into a role.
        new("""public."Role" """, typeof(Role), "\"id\"::text", """ "permissions" = '{"can_view_audit": false}' """,
            """ "permissions" = '{"can_view_audit": false}' """, true),
        new("""public."Chat" """, typeof(Chat), "\"id\"::text", "\"title\" = 'changed'", "\"title\" = 'changed'", true, true),
        new("""public."Message" """, typeof(Message), "\"id\"::text", """ "parts" = '["changed"]' """, """ "parts"::text = '["changed"]' """, true, true),
        new("""public."Vote" """, typeof(Vote), "\"id\"::text", "\"value\" = 'down'", "\"value\" = 'down'", true, true),
        new("""public."Document" """, typeof(Document), Version, Deletes: true),
        Suggestions,
        Resolutions,
        new("""public."Stream" """, typeof(Stream), "\"id\"::text", Deletes: true, Anonymous: true),
        new("""public."StreamChunk" """, typeof(Chunk), "concat(\"streamId\", ' ', \"index\")", Anonymous: true, Fixed: "\"data\" = ''"),
        new("""public."Invitation" """, typeof(Invitation), "\"id\"::text", Deletes: true),
        new("public.accounts", typeof(Account), "\"providerAccountId\"::text", Deletes: true),
        new("public.sessions", typeof(Session), "\"id\"::text", Deletes: true),
        new("""public."CreditEntry" """, typeof(CreditEntry), "\"id\"::text", Fixed: "\"amount\" = 1"),
        new("""public."AuditEvent" """, typeof(AuditEvent), "\"id\"::text", Fixed: "\"actorId\" = null"),
        new("""public."IdempotencyKey" """, typeof(IdempotencyKey), "concat(\"userId\", ' ', \"key\")", "\"body\" = '\"changed\"'", "\"body\" = '\"changed\"'", true),
        new("""public."Quota" """, typeof(Quota), "concat(\"userId\", ' ', \"kind\")", Fixed: "\"used\" = 0"),
    ];

    public bool IsView => Row == typeof(Colleague);

    /// <summary>The rows that the model has of it.</summary>
    public IEnumerable<IRow> RowsOf(World world) =>
        IsView ? world.All<Colleague>() : world.Rows.Where(r => r.GetType() == Row);

    public override string ToString() => Name.Trim() + (Suffix is null ? "" : $" ({Suffix})");
}
