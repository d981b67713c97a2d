using System.Globalization;
using System.Text;

namespace RlsChat.Tests.Proof.Model;

/// <summary>The SQL that puts a world's rows into the database as they are, past policies and triggers.</summary>
internal static class Loading
{
    private const string Each = """
        do $$
        declare
          item record;
        begin
          for item in
            select c.oid::regclass::text as name from pg_catalog.pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
          loop
            execute format('alter table %s {0} force row level security, {1} trigger user', item.name);
          end loop;
        end
        $$;
        """;

    /// <summary>To be run by the tables' owner: policies and triggers are as they were when it ends.</summary>
    public static string Of(World world)
    {
        var sql = new StringBuilder(Each.Replace("{0}", "no").Replace("{1}", "disable"));
        foreach (var row in world.Rows.Where(r => r is not Role { Org: null }))
        {
            sql.Append(Insert(row)).Append(";\n");
        }

        // A foreign key that still has to be checked would hold its table.
        return sql.Append("set constraints all immediate;\n").Append(Each.Replace("{0}", "").Replace("{1}", "enable"))
            .Append("set constraints public.\"accounts_userId_fkey\" deferred;\n").ToString();
    }

    /// <summary>What finishing a stream costs in the histories, so that somebody cannot pay it.</summary>
    public const decimal StreamPrice = 2;

    public static string Text(string? value) => value is null ? "null" : $"'{value}'";

    /// <summary>A moment of the model's clock: that many seconds into 2026.</summary>
    public static string Moment(int second) =>
        string.Create(CultureInfo.InvariantCulture, $"'{new DateTime(2026, 1, 1).AddSeconds(second):yyyy-MM-dd HH:mm:ss}'");

    /// <summary>The two columns that name a document's version.</summary>
    public static string Version(string key) =>
        $"'{key.Split(' ')[0]}'::uuid, {Moment(int.Parse(key.Split(' ')[1], CultureInfo.InvariantCulture))}::timestamp";

    public static string Object(Role role) => $"'{{{string.Join(", ", role.Permissions.Select(p => $"\"{p}\": true"))}}}'";

    /// <summary>The row, with all that the rules ask about; the rest is filled up.</summary>
    public static string Insert(IRow row) => row switch
    {
        Person p => $"""
            insert into public."User" ("id", "email", "password", "creditBalance", "organizationId", "roleId", "managerId", "emailVerified", "joinedAt")
            values ('{p.Key}', '{p.Email}', {(p.Password ? "'hash'" : "null")}, {p.Balance.ToString(CultureInfo.InvariantCulture)},
              {Text(p.Org)}, {Text(p.Role)}, {Text(p.Manager)}, {(p.Verified ? Moment(0) : "null")}, {(p.Org is null ? "null" : Moment(p.Joined))})
            """,
        Organization o => $"""insert into public."Organization" ("id", "name") values ('{o.Key}', 'organization')""",
        Role r => $"""insert into public."Role" ("id", "name", "permissions", "organizationId") values ('{r.Key}', '{r.Key}', {Object(r)}, {Text(r.Org)})""",
        Chat c => $"""
            insert into public."Chat" ("id", "title", "userId", "organizationId", "visibility")
            values ('{c.Key}', 'chat', '{c.Owner}', {Text(c.Org)}, '{(c.Public ? "public" : "private")}')
            """,
        Message m => $"""insert into public."Message" ("id", "chatId", "role", "parts", "userId") values ('{m.Key}', '{m.Chat}', 'user', '[{m.Text}]', {Text(m.Author)})""",
        Vote v => $"""
            insert into public."Vote" ("id", "message_id", "user_id", "value", "chatId")
            select '{v.Key}', m."id", '{v.Voter}', 'up', m."chatId" from public."Message" m where m."id" = '{v.Message}'
            """,
        Document d => $"""
            insert into public."Document" ("id", "createdAt", "title", "userId", "organizationId")
            values ('{d.Id}', {Moment(d.At)}, 'document', '{d.Owner}', {Text(d.Org)})
            """,
        Suggestion s => $"""
            insert into public."Suggestion" ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "userId")
            values ('{s.Key}', {Version(s.Document)}, '', '', {Text(s.Author)})
            """,
        Stream s => $"""insert into public."Stream" ("id", "chatId", "userId") values ('{s.Key}', '{s.Chat}', {Text(s.Opener)})""",
        Chunk c => $"""insert into public."StreamChunk" ("streamId", "index", "data") values ('{c.Stream}', {c.Index}, '{c.Data}')""",
        Invitation i => $"""
            insert into public."Invitation" ("id", "organizationId", "email", "roleId", "invitedBy", "tokenDigest", "createdAt", "expires", "acceptedAt")
            values ('{i.Key}', '{i.Org}', '{i.Email}', '{i.Role}', '{i.By}', sha256('{i.Token ?? i.Key}'),
              now() - interval '9 days', now() + interval '{(i.Expired ? -1 : 1)} days', {(i.Accepted ? "now()" : "null")})
            """,
        Account a => $"""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ('{a.Owner}', 'oauth', 'github', '{a.Key}')""",
        Session s => $"""
            insert into public.sessions ("id", "userId", "familyId", "expires", "sessionToken", "rotated", "revoked")
            values ({s.Key}, '{s.Owner}', {s.Family ?? "null"}, 'infinity', encode(sha256('{s.Token}'), 'hex'),
              {(s.Rotated ? "now() at time zone 'utc'" : "null")}, {(s.Revoked ? "now()" : "null")})
            """,
        CreditEntry e => $"""
            insert into public."CreditEntry" ("id", "userId", "amount", "balance", "reason") overriding system value
            values ({e.Key}, '{e.Owner}', 1, 1, 'credits')
            """,
        AuditEvent e => $"""
            insert into public."AuditEvent" ("id", "actorId", "subjectId", "organizationId", "action", "target") overriding system value
            values ({e.Key}, {Text(e.Actor)}, {Text(e.Subject)}, {Text(e.Org)}, 'deed', 'target')
            """,
        IdempotencyKey k => $"""insert into public."IdempotencyKey" ("userId", "key", "requestDigest") values ('{k.Owner}', '{k.Name}', sha256('request'))""",
        Quota q => $"""insert into public."Quota" ("userId", "kind", "period", "used") values ('{q.Owner}', '{q.Kind}', '2026-01-01', 1)""",
        _ => throw new NotSupportedException(row.ToString()),
    };
}
