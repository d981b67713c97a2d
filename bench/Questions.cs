namespace RlsChat.Bench;

/// <summary>What is asked.</summary>
internal static class Questions
{
    private const string Columns = """
        m."id", m."chatId", m."userId", m."role", m."parts", m."attachments", m."createdAt"
        """;

    private const string Votes = """v."message_id", v."user_id", v."value" """;

    private static readonly Question Page = new("50 messages of a chat", About.Chat,
        $"""
        select {Columns} from public."Message" m
        where m."chatId" = $1 order by m."createdAt", m."id" limit 50
        """,
        $"""
        select {Columns} from public."Message" m join public."Chat" c on c."id" = m."chatId"
        where m."chatId" = $1 and {Readable(2)} order by m."createdAt", m."id" limit 50
        """);

    private static readonly Question PageOfApi = new("50 messages, as the API asks", About.Chat,
        PageUnder("true"), PageUnder(Readable(2)));

    private static readonly Question Message = new("a message", About.Message,
        $"""select {Columns} from public."Message" m where m."id" = $1""",
        $"""
        select {Columns} from public."Message" m join public."Chat" c on c."id" = m."chatId"
        where m."id" = $1 and {Readable(2)}
        """);

    private static readonly Question VotesOfChat = new("10 votes of a chat", About.Chat,
        $"""select {Votes} from public."Vote" v where v."chatId" = $1""",
        $"""
        select {Votes} from public."Vote" v join public."Chat" c on c."id" = v."chatId"
        where v."chatId" = $1 and {Readable(2)}
        """);

    private static readonly Question VotesOfMessage = new("a vote of a message", About.Message,
        $"""select {Votes} from public."Vote" v where v."message_id" = $1""",
        $"""
        select {Votes} from public."Vote" v join public."Chat" c on c."id" = v."chatId"
        where v."message_id" = $1 and {Readable(2)}
        """);

    private static readonly Question Streams = new("2 streams of a chat", About.Chat,
        """select s."id", s."createdAt" from public."Stream" s where s."chatId" = $1""",
        $"""
        select s."id", s."createdAt" from public."Stream" s join public."Chat" c on c."id" = s."chatId"
        where s."chatId" = $1 and {Readable(2)}
        """);

    private static readonly Question Newest = new("newest 50 of all chats", About.Everything,
        $"""select {Columns} from public."Message" m order by m."createdAt" desc, m."id" desc limit 50""",
        $"""
        select {Columns} from public."Message" m join public."Chat" c on c."id" = m."chatId"
        where {Readable(1)} order by m."createdAt" desc, m."id" desc limit 50
        """);

    public static readonly Question[] Reads = [Page, PageOfApi, Message, VotesOfChat, VotesOfMessage, Streams, Newest];

    /// <summary>In this order: what the first makes, the last takes away.</summary>
    public static readonly Question[] Writes =
    [
        new("insert a message", About.NewMessage, Insert("true", "auth.uid()"), Insert(Writable(3), "$3")),
        new("update a message", About.Message, Update("true"), Update(OwnAndWritable)),
        new("delete a message", About.Message, Delete("true"), Delete(OwnAndWritable)),
    ];

    private static string OwnAndWritable => $"""
        m."userId" = $2 and exists (select from public."Chat" c where c."id" = m."chatId" and {Writable(2)})
        """;

    private static string Readable(int person) => $"""
        (c."userId" = ${person} and c."organizationId" is null
         or c."organizationId" = (select u."organizationId" from public."User" u where u."id" = ${person})
         or c."visibility" = 'public')
        """;

    private static string Writable(int person) => $"""
        (c."userId" = ${person} and c."organizationId" is null
         or c."organizationId" = (select u."organizationId" from public."User" u where u."id" = ${person}))
        """;

    private static string PageUnder(string rule) => $"""
        select {Columns}
        from public."Chat" c
        left join lateral (
          select * from public."Message" where "chatId" = c."id" order by "createdAt", "id" limit 50) m on true
        where c."id" = $1 and {rule}
        order by m."createdAt", m."id"
        """;

    private static string Insert(string rule, string person) => $"""
        insert into public."Message" ("id", "chatId", "role", "parts", "userId")
        select $2, c."id", 'user', '[]', {person} from public."Chat" c where c."id" = $1 and {rule}
        returning "id"
        """;

    private static string Update(string rule) => $"""
        update public."Message" m set "parts" = '["changed"]' where m."id" = $1 and {rule} returning m."id"
        """;

    private static string Delete(string rule) => $"""
        delete from public."Message" m where m."id" = $1 and {rule} returning m."id"
        """;
}
