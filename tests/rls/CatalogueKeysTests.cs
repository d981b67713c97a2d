using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What holds rows together whoever writes them: keys, references and what may be empty. Foreign keys and unique
/// indexes look past policies, so each of these is a decision. A table that is not named here has a primary key of
/// its id, references with which its rows go, and nothing that may be empty: anything else is to be named.
/// </summary>
public sealed class CatalogueKeysTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Unique = """
        AuditEvent (id)
        Chat (id)
        CreditEntry (id)
        Document (id, "createdAt")
        Event (xid, id)
        IdempotencyKey ("userId", key)
        Invitation ("tokenDigest")
        Invitation (id)
        Message (id)
        Organization (id)
        Quota ("userId", kind, period)
        Role ("organizationId", name) NULLS NOT DISTINCT
        Role (id)
        Stream (id)
        StreamChunk ("streamId", index)
        Suggestion (id)
        User (auth.folded_address((email)::text)) WHERE ((email)::text <> ''::text)
        User (id)
        Vote (id)
        Vote (message_id, user_id)
        accounts (provider, "providerAccountId")
        sessions ("secretDigest")
        sessions ("sessionToken")
        sessions (id)
        verificationToken (identifier, token)
        verificationToken (token)
        """;

    private const string References = """
        Chat ("organizationId") REFERENCES "Organization"(id) ON DELETE SET NULL
        Chat ("userId") REFERENCES "User"(id) ON DELETE CASCADE
        CreditEntry ("grantedBy") REFERENCES "User"(id) ON DELETE SET NULL
        CreditEntry ("userId") REFERENCES "User"(id) ON DELETE CASCADE
        Document ("organizationId") REFERENCES "Organization"(id) ON DELETE SET NULL
        Document ("userId") REFERENCES "User"(id) ON DELETE CASCADE
        IdempotencyKey ("userId") REFERENCES "User"(id) ON DELETE CASCADE
        Invitation ("invitedBy") REFERENCES "User"(id) ON DELETE CASCADE
        Invitation ("organizationId") REFERENCES "Organization"(id) ON DELETE CASCADE
        Invitation ("roleId") REFERENCES "Role"(id) ON DELETE CASCADE
        Message ("chatId") REFERENCES "Chat"(id) ON DELETE CASCADE
        Message ("userId") REFERENCES "User"(id) ON DELETE SET NULL
        Quota ("userId") REFERENCES "User"(id) ON DELETE CASCADE
        Role ("organizationId") REFERENCES "Organization"(id) ON DELETE CASCADE
        Stream ("chatId") REFERENCES "Chat"(id) ON DELETE CASCADE
        Stream ("messageId") REFERENCES "Message"(id) ON DELETE SET NULL
        Stream ("userId") REFERENCES "User"(id) ON DELETE SET NULL
        StreamChunk ("streamId") REFERENCES "Stream"(id) ON DELETE CASCADE
        Suggestion ("documentId", "documentCreatedAt") REFERENCES "Document"(id, "createdAt") ON DELETE CASCADE
        Suggestion ("userId") REFERENCES "User"(id) ON DELETE SET NULL
        User ("managerId") REFERENCES "User"(id) ON DELETE SET NULL
        User ("organizationId") REFERENCES "Organization"(id)
        User ("roleId") REFERENCES "Role"(id)
        Vote ("chatId") REFERENCES "Chat"(id) ON DELETE CASCADE
        Vote (message_id) REFERENCES "Message"(id) ON DELETE CASCADE
        Vote (user_id) REFERENCES "User"(id) ON DELETE CASCADE
        accounts ("userId") REFERENCES "User"(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
        sessions ("familyId") REFERENCES sessions(id) ON DELETE CASCADE
        sessions ("impersonatorId") REFERENCES "User"(id) ON DELETE CASCADE
        sessions ("userId") REFERENCES "User"(id) ON DELETE CASCADE
        verificationToken ("userId") REFERENCES "User"(id) ON DELETE CASCADE
        """;

    private const string MayBeEmpty = """
        AuditEvent: actorId organizationId subjectId targetId
        Chat: organizationId
        CreditEntry: grantedBy
        Document: content organizationId
        Event: chatId organizationId snapshot userId visibility
        IdempotencyKey: body
        Invitation: acceptedAt
        Message: userId
        Role: organizationId
        Stream: finishedAt messageId userId
        Suggestion: description userId
        User: emailVerified joinedAt managerId organizationId password roleId
        Vote: chatId
        accounts: access_token expires_at id_token refresh_token scope session_state token_type
        sessions: client familyId impersonatorId revoked rotated
        verificationToken: userId
        """;

    [Fact]
    public Task Unique_indexes_are_these() => Decided(Unique, " (id)", """
        select name from (
          select c.relname || ' ' || substring(pg_get_indexdef(i.indexrelid) from ' USING \w+ (.*)$')
          from pg_index i join pg_class c on c.oid = i.indrelid
          where c.relnamespace = 'public'::regnamespace and i.indisunique) u (name)
        order by name collate "C"
        """);

    [Fact]
    public Task Foreign_keys_are_these() => Decided(References, " ON DELETE CASCADE", """
        select name from (
          select c.relname || ' ' || replace(replace(pg_get_constraintdef(k.oid), 'FOREIGN KEY ', ''), 'REFERENCES public.', 'REFERENCES ')
          from pg_constraint k join pg_class c on c.oid = k.conrelid
          where c.relnamespace = 'public'::regnamespace and k.contype = 'f') f (name)
        order by name collate "C"
        """);

    [Fact]
    public Task Nullable_columns_are_these() => Decided(MayBeEmpty, null, """
        select c.relname || ': ' || string_agg(a.attname, ' ' order by a.attname collate "C")
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and not a.attnotnull
        group by c.relname order by c.relname collate "C"
        """);

    /// <summary>The list has the lines of the tables that are named above, and of others what is not as it is for every table.</summary>
    private async Task Decided(string list, string? ordinary, string sql)
    {
        var named = $"{Unique}\n{References}\n{MayBeEmpty}".Split('\n').Select(line => line.Split(' ', ':')[0]).ToHashSet();
        var listed = list.Split('\n');
        var found = (await Db.List(sql)).Where(line => ordinary is null || named.Contains(line.Split(' ')[0]) || !line.EndsWith(ordinary, StringComparison.Ordinal)).ToList();
        Assert.True(listed.SequenceEqual(found), $"""
            To be added to the list in CatalogueKeysTests, if intended: {string.Join(", ", found.Except(listed))}
            Listed, but not in the database: {string.Join(", ", listed.Except(found))}
            """);
    }
}
