using Npgsql;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// The shapes of adding rows: for each parent there is, a row as oneself and one in another's name. An
/// addition that meets a row is an upsert: it must be allowed to add what it proposes, and, where it
/// changes the row that is there, to read and to change that.
/// </summary>
internal sealed class Additions(World world, string? who)
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    private readonly Rules rules = new(world);
    private int added;
    private int named;

    public IEnumerable<Case> All() => [.. Candidates().Select(Add), .. world.Rows.SelectMany(Upserts), .. Forbidden()];

    private IEnumerable<IRow> Candidates()
    {
        var me = who ?? world.All<Person>().First().Key;
        var other = world.All<Person>().Last(p => p.Key != me || world.All<Person>().Count() == 1).Key;
        string?[] organizations = [.. world.All<Organization>().Select(o => o.Key), null];
        foreach (var author in new[] { me, other })
        {
            foreach (var organization in organizations)
            {
                yield return new Chat(New(), author, organization, added % 2 == 0);
                yield return new Document(New(), 1, author, organization);
            }

            foreach (var chat in world.All<Chat>())
            {
                yield return new Message(New(), chat.Key, author);
                yield return new Stream(New(), chat.Key, author);
            }

            foreach (var message in world.All<Message>())
            {
                yield return new Vote(New(), message.Key, author);
            }

            foreach (var document in world.All<Document>())
            {
                yield return new Suggestion(New(), document.Key, author);
                yield return new Suggestion(New(), document.Key, author, Resolved: true);
                yield return new Document(document.Id, 5000, author, document.Org);
            }

            yield return new IdempotencyKey(author, "new");
        }

        foreach (var stream in world.All<Stream>())
        {
            yield return new Chunk(stream.Key, 1000);
        }

        foreach (var organization in organizations.OfType<string>())
        {
            foreach (var permission in World.Permissions)
            {
                yield return new Role(New(), organization, [permission]);
            }

            yield return new Role(New(), organization, []);
            yield return new Role(New(), organization, [.. World.Permissions]);
            foreach (var role in world.All<Role>())
            {
                yield return new Invitation(New(), organization, "new@model", role.Key, me, false, false);
            }
        }
    }

    private Case Add(IRow row)
    {
        var (table, columns, values) = Parts(row);
        var key = Table.All.First(t => t.Row == row.GetType()).Key;
        var names = $"({string.Join(", ", columns)})";
        var returns = $"returning {key}";
        var truth = $"select {key} from {table} where {key} = '{row.Key}'";
        var plain = $"insert into {table} {names} values ({values})";
        // Without a target PostgreSQL would ask every unique key, and refuses those that are checked late.
        var target = row is Document ? "(\"id\", \"createdAt\")" : "";
        var change = Table.All.First(t => t.Row == row.GetType()).Change;
        var (sql, after) = (added++ % (change is null || row is Vote ? 6 : 7)) switch
        {
            0 => (plain, truth),
            1 => ($"{plain} {returns}", null),
            2 => ($"insert into {table} {names} select {values} {returns}", null),
            3 => ($"with t as ({plain} {returns} as k) select k from t", null),
            4 => ($"merge into {table} using (select 1) s on false when not matched then insert {names} values ({values})", truth),
            5 => ($"{plain} on conflict {target} do nothing {returns}", null),
            _ => ($"{plain} on conflict {(row is IdempotencyKey ? "(\"userId\", \"key\")" : "(\"id\")")} do update set {change} {returns}", (string?)null),
        };
        var allowed = rules.MayInsert(who, row);
        var taken = row is Vote vote && world.All<Vote>().Any(v => v.Message == vote.Message && v.Voter == vote.Voter);
        // A vote that is there: a conflict, or nothing at all where the statement says so.
        var passed = taken && sql.Contains("on conflict", StringComparison.Ordinal);
        return new(who, sql, after, !allowed ? Denied : taken && !passed ? PostgresErrorCodes.UniqueViolation : null,
            allowed && !taken ? new HashSet<string> { row.Key } : [])
        { Cells = 1 };
    }

    private IEnumerable<Case> Upserts(IRow row)
    {
        var me = who ?? world.All<Person>().First().Key;
        IRow? proposed = row switch
        {
            Chat chat => chat with { Owner = me },
            Message message => message with { Author = me },
            Vote vote => vote with { Voter = me },
            Suggestion suggestion => suggestion with { Author = me },
            Role { Org: not null } or IdempotencyKey => row,
            _ => null,
        };
        if (proposed is null)
        {
            yield break;
        }

        var table = Table.All.First(t => t.Row == row.GetType());
        var (name, columns, values) = Parts(proposed);
        var target = row is IdempotencyKey ? "(\"userId\", \"key\")" : "(\"id\")";
        var sql = $"insert into {name} ({string.Join(", ", columns)}) values ({values}) on conflict {target} do";
        var mayInsert = rules.MayInsert(who, proposed);
        var mayUpdate = rules.Sees(who, row) && (row is Suggestion s ? rules.MayReword(who, s) : rules.MayUpdate(who, row));
        yield return new(who, $"{sql} nothing returning {table.Key}", null, mayInsert ? null : Denied, new HashSet<string>()) { Cells = 1 };
        yield return new(who, $"{sql} update set {table.Change} returning {table.Key}", null,
            mayInsert && mayUpdate ? null : Denied, mayInsert && mayUpdate ? new HashSet<string> { row.Key } : [])
        { Cells = 1 };
    }

    // What nobody may do, whoever they are and whatever is there.
    private IEnumerable<Case> Forbidden()
    {
        var me = who ?? world.All<Person>().First().Key;
        string[] statements =
        [
            """insert into public."User" ("email") values ('new@model')""",
            """insert into public."Organization" ("name") values ('new')""",
            """insert into public."Colleague" ("email") values ('new@model')""",
            $"""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ('{me}', 'oauth', 'github', 'new')""",
            $"""insert into public.sessions ("userId", "expires", "sessionToken") values ('{me}', 'infinity', 'new')""",
            $"""insert into public."CreditEntry" ("userId", "amount", "balance", "reason") values ('{me}', 1, 1, 'new')""",
            $"""insert into public."AuditEvent" ("actorId", "action", "target") values ('{me}', 'new', 'new')""",
            $"""insert into public."Quota" ("userId", "kind", "period") values ('{me}', 'new', now())""",
            """select "password" from public."User" """,
            """select * from public."User" """,
            """select "access_token" from public.accounts""",
            """select "sessionToken" from public.sessions""",
            """select "secretDigest" from public.sessions""",
            """select "tokenDigest" from public."Invitation" """,
            """select 1 from public."verificationToken" """,
            """select 1 from public."Event" """,
            $"""update public."Chat" set "userId" = '{me}'""",
            """update public."Chat" set "organizationId" = null""",
            """update public."Message" set "chatId" = null""",
            $"""update public."Message" set "userId" = '{me}'""",
            """update public."Vote" set "message_id" = null""",
            $"""update public."Vote" set "user_id" = '{me}'""",
            $"""update public."Document" set "userId" = '{me}'""",
            """update public."Document" set "content" = '' """,
            $"""update public."Suggestion" set "userId" = '{me}'""",
            """update public."Role" set "organizationId" = null""",
            """update public."User" set "roleId" = null""",
            """update public."User" set "organizationId" = null""",
            """update public."User" set "managerId" = null""",
            """update public."User" set "creditBalance" = 1""",
            """truncate public."Vote" """,
        ];
        return statements.Select(sql => new Case(who, sql, sql.StartsWith("select", StringComparison.Ordinal) ? null : "select 'done'", Denied, new HashSet<string>()) { Cells = 1 });
    }

    // The insert of a row, taken apart: its columns are those that clients may name.
    private static (string Table, string[] Columns, string Values) Parts(IRow row) => row switch
    {
        Chat c => ("""public."Chat" """, ["\"id\"", "\"title\"", "\"userId\"", "\"organizationId\"", "\"visibility\""],
            $"'{c.Key}', 'chat', '{c.Owner}', {Uuid(c.Org)}, '{(c.Public ? "public" : "private")}'"),
        Message m => ("""public."Message" """, ["\"id\"", "\"chatId\"", "\"role\"", "\"parts\"", "\"userId\""],
            $"'{m.Key}', '{m.Chat}', 'user', '[]', {Uuid(m.Author)}"),
        Vote v => ("""public."Vote" """, ["\"id\"", "\"message_id\"", "\"user_id\"", "\"value\""], $"'{v.Key}', '{v.Message}', '{v.Voter}', 'up'"),
        Document d => ("""public."Document" """, ["\"id\"", "\"createdAt\"", "\"title\"", "\"userId\"", "\"organizationId\""],
            $"'{d.Id}', {Loading.Moment(d.At)}::timestamp, 'document', '{d.Owner}', {Uuid(d.Org)}"),
        Suggestion s => ("""public."Suggestion" """,
            ["\"id\"", "\"documentId\"", "\"documentCreatedAt\"", "\"originalText\"", "\"suggestedText\"", "\"isResolved\"", "\"userId\""],
            $"'{s.Key}', {Loading.Version(s.Document)}, '', '', {s.Resolved}, {Uuid(s.Author)}"),
        Stream s => ("""public."Stream" """, ["\"id\"", "\"chatId\"", "\"userId\""], $"'{s.Key}', '{s.Chat}', {Uuid(s.Opener)}"),
        Chunk c => ("""public."StreamChunk" """, ["\"streamId\"", "\"index\"", "\"data\""], $"'{c.Stream}', {c.Index}, 'chunk'"),
        Role r => ("""public."Role" """, ["\"id\"", "\"name\"", "\"permissions\"", "\"organizationId\""],
            $"'{r.Key}', '{r.Key}', {Loading.Object(r)}::jsonb, {Uuid(r.Org)}"),
        Invitation i => ("""public."Invitation" """, ["\"id\"", "\"organizationId\"", "\"email\"", "\"roleId\"", "\"tokenDigest\""],
            $"'{i.Key}', '{i.Org}', '{i.Email}', '{i.Role}', sha256('{i.Key}')"),
        IdempotencyKey k => ("""public."IdempotencyKey" """, ["\"userId\"", "\"key\"", "\"requestDigest\""], $"'{k.Owner}', '{k.Name}', sha256('request')"),
        _ => throw new NotSupportedException(row.ToString()),
    };

    private static string Uuid(string? id) => $"{Loading.Text(id)}::uuid";

    private string New() => World.Id(0x3ad, ++named);
}
