using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What no row may hold, whoever writes it: beside each value that a check refuses, the nearest that it takes.
/// The tables' owner writes, past policies and triggers, so that only the check stands in the way.
/// </summary>
public sealed class ConstraintTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Chat = """ "title", "userId", "visibility", "createdAt" """;
    private const string Message = """ "chatId", "role", "parts", "attachments", "createdAt" """;
    private const string Document = """ "userId", "title", "text", "content", "createdAt" """;
    private const string Suggestion = """ "documentId", "documentCreatedAt", "originalText", "suggestedText", "description", "createdAt" """;
    private const string Entry = """ "userId", "amount", "balance", "reason" """;
    private const string Invitation = """ "organizationId", "roleId", "invitedBy", "email", "tokenDigest", "createdAt", "expires" """;
    private const string User = """ "email", "emailVerified", "creditBalance", "organizationId", "roleId", "managerId", "joinedAt" """;
    private const string AnyId = "gen_random_uuid()";

    // Of "{bad|good}" in the values.
    public static readonly TheoryData<string, string, string> Checks = new()
    {
        { "AuditEvent", """ "action", "target", "details" """, "'a', 't', '{[]|{}}'" },
        { "Chat", Chat, "'{|t}', [owner], 'private', now()" },
        { "Chat", Chat, "u&'{ \\2003\\200b\\00ad\\3164|\\200bt}', [owner], 'private', now()" },
        { "Chat", Chat, "repeat('t', {256|255}), [owner], 'private', now()" },
        { "Chat", Chat, "'t', [owner], '{hidden|public}', now()" },
        { "Chat", Chat, "'t', [owner], 'private', '{1969-12-31|1970-01-01}'" },
        { "Chat", Chat, "'t', [owner], 'private', '{infinity|9999-12-31}'" },
        { "CreditEntry", Entry, "[owner], {0|1}, 1, 'r'" },
        { "CreditEntry", Entry, "[owner], '{NaN|1}', 1, 'r'" },
        { "CreditEntry", Entry, "[owner], 1, {-0.01|0}, 'r'" },
        { "CreditEntry", Entry, "[owner], 1, '{NaN|0}', 'r'" },
        { "CreditEntry", Entry, "[owner], 1, 1, '{|r}'" },
        { "CreditEntry", Entry, "[owner], 1, 1, '{ | r}'" },
        { "Document", Document, "[owner], '{|t}', 'text', '', now()" },
        { "Document", Document, "[owner], u&'{\\3000|\\3000t}', 'text', '', now()" },
        { "Document", Document, "[owner], repeat('t', {256|255}), 'text', '', now()" },
        { "Document", Document, "[owner], 't', '{poem|code}', '', now()" },
        { "Document", Document, "[owner], 't', 'text', repeat('t', {10485761|10485760}), now()" },
        { "Document", Document, "[owner], 't', 'text', '', '{1969-12-31|1970-01-01}'" },
        { "Document", Document, "[owner], 't', 'text', '', '{infinity|9999-12-31}'" },
        { "IdempotencyKey", """ "userId", "key", "requestDigest" """, "[owner], '{|k}', sha256('r')" },
        { "IdempotencyKey", """ "userId", "key", "requestDigest" """, "[owner], 'k', '{short|12345678901234567890123456789012}'" },
        { "Invitation", Invitation, "[Acme], [member role], [admin], '{|new@test}', sha256('t'), now(), now()" },
        { "Invitation", Invitation, "[Acme], [member role], [admin], u&'{e\\0301@test|\\00e9@test}', sha256('t'), now(), now()" },
        { "Invitation", Invitation, "[Acme], [member role], [admin], 'new@test', '{short|12345678901234567890123456789012}', now(), now()" },
        { "Invitation", Invitation, "[Acme], [member role], [admin], 'new@test', sha256('t'), '2026-01-01', '{2026-01-31 00:00:01|2026-01-31}'" },
        { "Invitation", Invitation, "[Acme], [member role], [admin], 'new@test', sha256('t'), '1970-01-01', '{1969-12-31|1970-01-01}'" },
        { "Message", Message, AnyId + ", '{boss|tool}', '[]', '[]', now()" },
        { "Message", Message, AnyId + ", 'user', '{{}|[]}', '[]', now()" },
        { "Message", Message, AnyId + ", 'user', '[]', '{{}|[]}', now()" },
        { "Message", Message, AnyId + """, 'user', ('["' || repeat('x', {1048573|1048572}) || '"]')::json, '[]', now()""" },
        { "Message", Message, AnyId + """, 'user', '[]', ('["' || repeat('x', {1048573|1048572}) || '"]')::json, now()""" },
        { "Message", Message, AnyId + ", 'user', '[]', '[]', '{1969-12-31|1970-01-01}'" },
        { "Message", Message, AnyId + ", 'user', '[]', '[]', '{infinity|9999-12-31}'" },
        { "Organization", """ "name" """, "'{|n}'" },
        { "Organization", """ "name" """, "'{ | n }'" },
        { "Quota", """ "userId", "kind", "period", "used" """, "[owner], 'k', now(), {-1|0}" },
        { "Role", """ "organizationId", "name", "permissions" """, "[Acme], '{|n}', '{}'" },
        { "Role", """ "organizationId", "name", "permissions" """, "[Acme], u&'{\\feff|\\feffn}', '{}'" },
        { "Role", """ "organizationId", "name", "permissions" """, """[Acme], 'n', '{{"can_fly": true}|{"can_view_audit": true}}'""" },
        { "Role", """ "organizationId", "name", "permissions" """, "[Acme], 'n', '{[]|{}}'" },
        { "Role", """ "organizationId", "name", "permissions" """, """{[Acme]|null}, 'n', '{"can_grant_credits": true}'""" },
        { "Stream", """ "chatId", "createdAt" """, AnyId + ", '{1969-12-31|1970-01-01}'" },
        { "Stream", """ "chatId", "createdAt" """, AnyId + ", '{infinity|9999-12-31}'" },
        { "Stream", """ "chatId", "messageId", "finishedAt" """, $"{AnyId}, {AnyId}, {{null|now()}}" },
        { "StreamChunk", """ "streamId", "index", "data" """, AnyId + ", 0, '{|d}'" },
        { "StreamChunk", """ "streamId", "index", "data" """, AnyId + ", 0, repeat('d', {65537|65536})" },
        { "StreamChunk", """ "streamId", "index", "data" """, AnyId + ", {-1|0}, 'd'" },
        { "Suggestion", Suggestion, AnyId + ", now(), repeat('x', {1048577|1048576}), '', '', now()" },
        { "Suggestion", Suggestion, AnyId + ", now(), '', repeat('x', {1048577|1048576}), '', now()" },
        { "Suggestion", Suggestion, AnyId + ", now(), '', '', repeat('x', {1048577|1048576}), now()" },
        { "Suggestion", Suggestion, AnyId + ", now(), '', '', '', '{1969-12-31|1970-01-01}'" },
        { "Suggestion", Suggestion, AnyId + ", now(), '', '', '', '{infinity|9999-12-31}'" },
        { "User", User, "'', null, {-0.01|0}, null, null, null, null" },
        { "User", User, "u&'{e\\0301@test|\\00e9@test}', null, 0, null, null, null, null" },
        { "User", User, "'', null, '{NaN|0}', null, null, null, null" },
        { "User", User, "'{|new@test}', now(), 0, null, null, null, null" },
        { "User", User, "'', null, 0, null, {[member role]|[operator role]}, null, null" },
        { "User", User, "'', null, 0, null, null, {[owner]|null}, null" },
        { "User", User, "'', null, 0, null, null, null, {now()|null}" },
        { "User", User, "'', null, 0, [Acme], [member role], null, {null|now()}" },
        { "User", User, "'', null, 0, [Acme], {null|[member role]}, null, now()" },
        { "User", User, "'', null, 0, [Acme], {[operator role]|[member role]}, null, now()" },
        { "Vote", """ "message_id", "user_id", "value", "created_at" """, AnyId + ", [owner], '{sideways|down}', now()" },
        { "Vote", """ "message_id", "user_id", "value", "created_at" """, AnyId + ", [owner], 'up', '{1969-12-31|1970-01-01}'" },
        { "Vote", """ "message_id", "user_id", "value", "created_at" """, AnyId + ", [owner], 'up', '{infinity|9999-12-31}'" },
        { "sessions", """ "userId", "expires", "sessionToken", "secretDigest" """, "[owner], now(), 's', '{short|12345678901234567890123456789012}'" },
        { "sessions", """ "userId", "expires", "sessionToken", "familyId", "rotated" """, "[owner], now(), 's', {null|1}, now()" },
        { "sessions", """ "userId", "expires", "sessionToken", "familyId", "impersonatorId" """, "[owner], now(), 's', {null|1}, [member]" },
        { "sessions", """ "userId", "expires", "sessionToken", "uses" """, "[owner], now(), 's', {-1|0}" },
        { "sessions", """ "userId", "expires", "sessionToken", "uses" """, "[owner], now(), 's', {51|50}" },
        { "sessions", """ "userId", "expires", "sessionToken", "client" """, "[owner], now(), 's', E'a {\\u001f|\\u0020}b'" },
        { "sessions", """ "userId", "expires", "sessionToken", "client" """, "[owner], now(), 's', E'a {\\u007f|\\u007e}b'" },
        { "sessions", """ "userId", "expires", "sessionToken", "client" """, "[owner], now(), 's', E'a {\\u009f|\\u00a0}b'" },
        { "verificationToken", """ "identifier", "expires", "token", "purpose" """, "'i', now(), repeat('a', {63|64}), 'verify_email'" },
        { "verificationToken", """ "identifier", "expires", "token", "purpose" """, "'i', now(), repeat('{g|f}', 64), 'verify_email'" },
        { "verificationToken", """ "identifier", "expires", "token", "purpose" """, "'i', now(), repeat('a', 64), '{become_admin|reset_password}'" },
    };

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task No_row_holds(string table, string columns, string values)
    {
        await Db.AsRole("rlschat_owner").Do($"""alter table public."{table}" no force row level security, disable trigger user""");
        var (start, middle, end) = Choice(values);
        string With(string value) => $"insert into public.\"{table}\" ({columns}) values ({values[..start]}{value}{values[(end + 1)..]})";

        Assert.Equal(PostgresErrorCodes.CheckViolation, await Db.Error(With(values[(start + 1)..middle])));
        // What it refers to need not be there: that is the next guard's to say.
        Assert.Contains(await Db.Error(With(values[(middle + 1)..end])), new[] { null, PostgresErrorCodes.ForeignKeyViolation });
    }

    /// <summary>A cast refuses it, and ->> would: not only where it stands, but to whoever reads the row.</summary>
    [Theory]
    [InlineData("""["a\u0000b"]""", PostgresErrorCodes.UntranslatableCharacter, """["a\\u0000b"]""")]
    [InlineData("""[{"\u0000":1}]""", PostgresErrorCodes.UntranslatableCharacter, """[{"\u0001":1}]""")]
    [InlineData("""["\ud83d"]""", PostgresErrorCodes.InvalidTextRepresentation, """["\ud83d\ude00"]""")]
    [InlineData("""["\ude00\ud83d"]""", PostgresErrorCodes.InvalidTextRepresentation, """["😀"]""")]
    [InlineData("[1e200000]", PostgresErrorCodes.NumericValueOutOfRange, "[1e131071]")]
    [InlineData("[-1e-200000]", PostgresErrorCodes.NumericValueOutOfRange, "[-1e-16383]")]
    public async Task No_JSON_is_kept_that_SQL_cannot_read(string bad, string error, string good)
    {
        await Db.AsRole("rlschat_owner").Do("""alter table public."Message" no force row level security, disable trigger user""");
        await Db.Do("""alter table public."IdempotencyKey" no force row level security""");
        string[] statements =
        [
            """insert into public."Message" ("chatId", "role", "parts") values (gen_random_uuid(), 'user', '$')""",
            """insert into public."Message" ("chatId", "role", "parts", "attachments") values (gen_random_uuid(), 'user', '[]', '$')""",
            """insert into public."IdempotencyKey" ("userId", "key", "requestDigest", "body") values ([owner], 'k', sha256('r'), '$')""",
        ];
        foreach (var statement in statements)
        {
            Assert.Equal(error, await Db.Error(statement.Replace("$", bad, StringComparison.Ordinal)));
            Assert.Contains(
                await Db.Error(statement.Replace("$", good, StringComparison.Ordinal)), new[] { null, PostgresErrorCodes.ForeignKeyViolation });
        }
    }

    // Where "{bad|good}" begins, is divided and ends; either may hold braces of its own.
    private static (int Start, int Middle, int End) Choice(string values)
    {
        var middle = values.IndexOf('|', StringComparison.Ordinal);
        while (values[middle + 1] == '|')
        {
            middle = values.IndexOf('|', middle + 2);
        }

        int At(int from, int step, char mine, char other)
        {
            var depth = 1;
            var at = from;
            while (depth > 0)
            {
                at += step;
                depth += values[at] == mine ? -1 : values[at] == other ? 1 : 0;
            }

            return at;
        }

        return (At(middle, -1, '{', '}'), middle, At(middle, 1, '}', '{'));
    }
}
