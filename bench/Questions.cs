using System.Text;

namespace RlsChat.Bench;

/// <summary>A request of the API, and how an application without RLS would put it to the database.</summary>
/// <param name="Name">How the tables call it.</param>
/// <param name="Line">Method and path; names in braces are those of a <see cref="Subject"/>.</param>
/// <param name="ByHand">The same statement with the rule as WHERE.</param>
internal sealed record Question(string Name, string Line, string ByHand)
{
    /// <summary>The body as JSON.</summary>
    public string? Body { get; init; }

    /// <summary>Whether a row is judged by its parent.</summary>
    public bool ByParent { get; init; }

    /// <summary>Whether it is undone, so that it can be repeated.</summary>
    public bool RollsBack { get; init; }

    /// <summary>Whether a quick run measures it.</summary>
    public bool Quick { get; init; }

    /// <summary>Whether it changes nothing.</summary>
    public bool Reads => Line.StartsWith("GET", StringComparison.Ordinal);

    /// <summary>The values of the parameters that are not the subject's, as the API sends them.</summary>
    public IReadOnlyDictionary<string, string> Constants { get; } = new Dictionary<string, string>
    {
        ["newest"] = "infinity",
        ["last"] = "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ["oldest"] = "-infinity",
        ["first"] = "00000000-0000-0000-0000-000000000000",
        ["page"] = "21",
        ["fifty"] = "51",
    };

    public HttpRequestMessage Request(World world, Subject subject)
    {
        var (method, path) = Target(subject);
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", world.Token(subject));
        if (Body is not null)
        {
            request.Content = new StringContent(Body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    private (string Method, string Path) Target(Subject subject) =>
        subject.Values.Aggregate(Line, (line, value) => line.Replace($"{{{value.Key}}}", value.Value, StringComparison.Ordinal)).Split(' ') is [var method, var path]
            ? (method, path) : throw new FormatException(Line);

    /// <summary>The same for <see cref="Tool.Wrk"/>.</summary>
    public (string Method, string Path, string Token, string? Body) ForWrk(World world, Subject subject) =>
        (Target(subject).Method, Target(subject).Path, world.Token(subject), Body);

    /// <summary>The batch by hand, of a role that no policy applies to.</summary>
    /// <param name="recorded">What the API sends, of which the policies verify people.</param>
    /// <param name="verified">Verifies people in the identity statement, after the API's last column.</param>
    public Batch WithoutPolicies(Batch recorded, string verified = ", auth.uid()") => new(
        [
            recorded.Statements[0] with { Text = $"{recorded.Statements[0].Text.Replace("'regular_user'", "'bench_owner'", StringComparison.Ordinal)}{verified}" },
            new Statement(ByHand, Constants),
        ], RollsBack);
}

/// <summary>The questions, with the rules of db/policies written by hand.</summary>
internal static class Questions
{
    private const string Organization = """(select u."organizationId" from public."User" u where u."id" = :person::uuid)""";
    private const string Chat = """c."id", c."title", c."visibility", c."userId", c."organizationId", c."createdAt", c."version" """;
    private const string Message = """m."id", m."chatId", m."userId", m."role", m."parts", m."attachments", m."createdAt", m."version" """;
    private const string Listed = """d."id", d."createdAt", d."title", d."text" as "kind", d."userId", d."organizationId" """;
    private const string Streamed = """
        s."id", s."chatId", s."userId", public.stream_state(s."finishedAt", s."activeAt") as "state", s."messageId", s."createdAt", s."finishedAt"
        """;

    private static readonly string Readable = $"""
        (c."userId" = :person::uuid and c."organizationId" is null or c."organizationId" = {Organization} or c."visibility" = 'public')
        """;

    private static readonly string Writable = $"""
        case when c."organizationId" is null then c."userId" = :person::uuid else c."organizationId" = {Organization} end
        """;

    private static readonly string Documents = $"""
        (d."userId" = :person::uuid and (d."organizationId" is null or d."organizationId" = {Organization})
          or d."organizationId" = {Organization} and (
            exists (select from public."User" u join public."Role" r on r."id" = u."roleId"
              where u."id" = :person::uuid and (r."permissions" -> 'can_view_documents' = 'true' or r."permissions" -> 'can_manage_documents' = 'true'))
            or d."userId" in (with recursive report as (
              select u."id" from public."User" u where u."managerId" = :person::uuid
              union select u."id" from public."User" u join report r on u."managerId" = r."id") select "id" from report)))
        """;

    private static readonly string Tidy = $"""
        (c."userId" = :person::uuid and (c."organizationId" is null or c."organizationId" = {Organization})
          or c."organizationId" = {Organization} and exists (select from public."User" u join public."Role" r on r."id" = u."roleId"
            where u."id" = :person::uuid and r."permissions" -> 'can_manage_chats' = 'true'))
        """;

    private static readonly string OwnMessage = $"""
        m."userId" = :person::uuid and exists (select from public."Chat" c where c."id" = m."chatId" and {Writable})
        """;

    public static readonly Question MyChats = new("my chats", "GET /chats", Chats("""c."userId" = :person::uuid""")) { Quick = true };

    public static readonly Question MessagesOfChat = new("50 messages", "GET /chats/{chat}/messages?limit=50", Children($"""
        select {Message} from public."Message" m
        where m."chatId" = c."id" and (m."createdAt", m."id") > (:oldest, :first::uuid) order by m."createdAt", m."id" limit :fifty
        """)) { ByParent = true, Quick = true };

    public static readonly Question NewMessage = new("new message", "POST /chats/{team}/messages", $"""
        insert into public."Message" as m ("id", "chatId", "role", "parts", "attachments", "userId")
        select gen_random_uuid(), c."id", 'user', '[{Text}]', '[]', :person::uuid from public."Chat" c where c."id" = :team::uuid and {Writable}
        returning {Message}
        """) { Body = $$"""{"role":"user","parts":[{{Text}}],"attachments":[]}""", ByParent = true, Quick = true };

    public static readonly Question OrganizationChats = new("organization's chats", "GET /chats?scope=organization", Chats($"""c."organizationId" = {Organization}"""));

    public static readonly Question PublicChats = new("public chats", "GET /chats?scope=public", Chats("""c."visibility" = 'public'"""));

    public static readonly Question Members = new("members", "GET /organizations/{organization}/members", $"""
        select m.* from public."Organization" o
        left join lateral (
          select c."id", c."email", c."roleId", r."name" as "role", c."managerId", encode(sha256(convert_to(jsonb_build_array(c."email", c."managerId", c."roleId", r."name")::text, 'UTF8')), 'hex') as "tag"
          from public."User" c join public."Role" r on r."id" = c."roleId"
          where c."organizationId" = o."id" and c."id" > :first::uuid order by c."id" limit :page) m on true
        where o."id" = :organization::uuid and o."id" = {Organization} order by m."id"
        """);

    public static readonly Question MyDocuments = new("my documents", "GET /documents", $"""
        select {Listed} from public."Document" d
        where d."userId" = :person::uuid and {Documents} and (d."createdAt", d."id") < (:newest, :last::uuid)
          and d."createdAt" = (select max(v."createdAt") from public."Document" v where v."id" = d."id")
        order by d."createdAt" desc, d."id" desc limit :page
        """);

    public static readonly Question OrganizationDocuments = new("organization's documents", "GET /documents?scope=organization", $"""
        select {Listed} from public."Document" d
        where d."organizationId" = {Organization} and {Documents} and (d."createdAt", d."id") < (:newest, :last::uuid)
          and d."createdAt" = (select max(v."createdAt") from public."Document" v where v."id" = d."id")
        order by d."createdAt" desc, d."id" desc limit :page
        """);

    /// <summary>In an order in which each leaves to the next what that needs, when the API answers them once.</summary>
    public static readonly Question[] All =
    [
        MyChats, OrganizationChats, PublicChats,
        new("a chat", "GET /chats/{chat}", $"""select {Chat} from public."Chat" c where c."id" = :chat::uuid and {Readable}"""),
        MessagesOfChat,
        new("a message", "GET /messages/{message}", $"""
            select {Message} from public."Message" m join public."Chat" c on c."id" = m."chatId" where m."id" = :message::uuid and {Readable}
            """) { ByParent = true, Quick = true },
        new("votes of a chat", "GET /chats/{chat}/votes", Children("""
            select v."id", v."message_id" as "messageId", v."chatId", v."user_id" as "userId", v."value", v."created_at" as "createdAt" from public."Vote" v
            where v."chatId" = c."id" and (v."created_at", v."id") > (:oldest, :first::uuid) order by v."created_at", v."id" limit :page
            """)) { ByParent = true },
        new("streams of a chat", "GET /chats/{chat}/streams", Children($"""
            select {Streamed} from public."Stream" s
            where s."chatId" = c."id" and (s."createdAt", s."id") < (:newest, :last::uuid) order by s."createdAt" desc, s."id" desc limit :page
            """, """m."createdAt" desc, m."id" desc""")) { ByParent = true },
        MyDocuments, OrganizationDocuments,
        new("a document", "GET /documents/{document}", $"""
            select d."id", d."createdAt", d."title", d."content", d."text" as "kind", d."userId", d."organizationId", d."version" as "revision"
            from public."Document" d where d."id" = :document::uuid and {Documents} order by d."createdAt" desc limit 1
            """),
        new("20 suggestions", "GET /documents/{document}/suggestions", $"""
            select s.* from (
              select d."id", d."createdAt" from public."Document" d where d."id" = :document::uuid and {Documents} order by d."createdAt" desc limit 1) d
            left join lateral (
              select s."id", s."documentId", s."documentCreatedAt", s."originalText", s."suggestedText", s."description", s."isResolved", s."userId", s."createdAt", s."version"
              from public."Suggestion" s
              where s."documentId" = d."id" and s."documentCreatedAt" = d."createdAt" and (s."createdAt", s."id") > (:oldest, :first::uuid)
              order by s."createdAt", s."id" limit :page) s on true
            order by s."createdAt", s."id"
            """) { ByParent = true },
        new("me", "GET /me", """
            select u."id", u."email", u."emailVerified" is not null as "emailVerified", u."creditBalance", u."createdAt",
              to_json(array(select p.key from jsonb_each(r."permissions") p where p.value = 'true' order by p.key)) as "permissions",
              o."id" as "organizationId", o."name" as "organizationName", u."joinedAt", null::bigint as "chatCount"
            from public."User" u left join public."Role" r on r."id" = u."roleId" left join public."Organization" o on o."id" = u."organizationId"
            where u."id" = :person::uuid
            """),
        Members,
        new("roles", "GET /organizations/{organization}/roles", $"""
            select r.* from public."Organization" o
            left join lateral (
              select r."id", r."name", to_json(array(select p.key from jsonb_each(r."permissions") p where p.value = 'true' order by p.key)) as "permissions",
                r."organizationId", r."version"
              from public."Role" r where (r."organizationId" = o."id" or r."organizationId" is null) and r."id" > :first::uuid order by r."id" limit :page) r on true
            where o."id" = :organization::uuid and o."id" = {Organization} order by r."id"
            """),

        new("new chat", "POST /chats", $"""
            insert into public."Chat" as c ("id", "title", "visibility", "organizationId", "userId")
            values (gen_random_uuid(), 'A chat', 'private', null, :person::uuid) returning {Chat}
            """) { Body = """{"title":"A chat"}""" },
        new("rename a chat", "PATCH /chats/{own}", $"""
            update public."Chat" c set "title" = 'Renamed' where c."id" = :own::uuid and {Tidy} returning {Chat}
            """) { Body = """{"title":"Renamed"}""" },
        NewMessage,
        new("rewrite a message", "PATCH /messages/{written}", $"""
            update public."Message" m set "parts" = '[{Text}]' where m."id" = :written::uuid and {OwnMessage} returning {Message}
            """) { Body = $$"""{"parts":[{{Text}}]}""", ByParent = true },
        new("vote", "PUT /messages/{voted}/vote", $"""
            insert into public."Vote" as v ("message_id", "value", "user_id")
            select m."id", 'up', :person::uuid from public."Message" m join public."Chat" c on c."id" = m."chatId" where m."id" = :voted::uuid and {Readable}
            on conflict ("message_id", "user_id") do update set "value" = excluded."value"
            returning v."id", v."message_id" as "messageId", v."chatId", v."user_id" as "userId", v."value", v."created_at" as "createdAt"
            """) { Body = """{"value":"up"}""", ByParent = true },
        new("open a stream", "POST /chats/{own}/streams", $"""
            insert into public."Stream" as s ("id", "chatId", "userId")
            select gen_random_uuid(), c."id", :person::uuid from public."Chat" c where c."id" = :own::uuid and {Writable} returning {Streamed}
            """) { Body = "{}", ByParent = true },
        new("delete a vote", "DELETE /messages/{voted}/vote", $"""
            delete from public."Vote" v where v."message_id" = :voted::uuid and v."user_id" = :person::uuid
              and exists (select from public."Chat" c where c."id" = v."chatId" and {Readable})
            """) { ByParent = true, RollsBack = true },
        new("delete a message", "DELETE /messages/{written}", $"""
            delete from public."Message" m where m."id" = :written::uuid
              and ({OwnMessage} or exists (select from public."Chat" c where c."id" = m."chatId" and {Tidy})) returning true
            """) { ByParent = true, RollsBack = true },
        new("delete a chat", "DELETE /chats/{own}", $"""
            delete from public."Chat" c where c."id" = :own::uuid and {Tidy} returning true
            """) { RollsBack = true },
    ];
    private const string Text = """{"type":"text","text":"How is row-level security done properly?"}""";

    private static string Chats(string which) => $"""
        select {Chat} from public."Chat" c
        where {which} and {Readable} and (c."createdAt", c."id") < (:newest, :last::uuid)
        order by c."createdAt" desc, c."id" desc limit :page
        """;

    private static string Children(string rows, string order = """m."createdAt", m."id" """) => $"""
        select m.* from public."Chat" c
        left join lateral ({rows}) m on true
        where c."id" = :chat::uuid and {Readable} order by {order}
        """;
}
