using static RlsChat.Database.Misfit;

namespace RlsChat.Database;

// The tables of the old application (samples/drizzle/schema.ts) in the order in which rows refer to each other, and what
// this schema asks of them. A row that is left out is missing for the tables after its own.
internal static class AdoptedTables
{
    /// <summary>Tables whose rows are not moved, and why.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotMoved = new Dictionary<string, string>
    {
        ["verificationToken"] = "they hold tokens in clear: people ask for a new link",
        ["Role"] = "a role belongs to an organization here: create it again",
    };

    private const string Instant = """not coalesce(t."createdAt" between '1970-01-01' and '9999-12-31', false)""";

    private static readonly Misfit[] Titled =
    [
        Adjusts("has no title: Untitled", """coalesce(app_private.is_blank(t."title"), true)""", """ "title" = 'Untitled' """),
        Adjusts("has a title of more than 255 characters: cut", """char_length(t."title") > 255""", """ "title" = left("title", 255) """),
        Blocks("has no createdAt between 1970 and 9999", Instant),
    ];

    public static readonly AdoptedTable[] All =
    [
        new("User", ["id", "email", "password", "creditBalance"], """t."id"::text""",
            ["id", "email", "password", "creditBalance"], """t."id", t."email", t."password", t."creditBalance"::text::numeric(20, 2)""",
            Adjusts("has no balance: 0.00", """t."creditBalance" is null""", """ "creditBalance" = '0.00' """),
            Blocks("has a balance that is no amount with two decimals, from 0 on",
                """t."creditBalance"::text !~ '^[0-9]{1,18}([.][0-9]{1,2})?$'"""),
            Adjusts("has a password that is no bcrypt hash: none, until they set one by mail",
                """t."password" !~ '^[$]2[aby][$](0[4-9]|1[0-5])[$][./A-Za-z0-9]{53}$'""", """ "password" = null """),
            Adjusts("has no e-mail address: empty", """t."email" is null""", """ "email" = '' """),
            Adjusts("has an e-mail address that is not in Unicode form C: normalized", """t."email" is not nfc normalized""",
                """ "email" = normalize("email", nfc) """),
            Blocks("has the e-mail address of another person, but for case or width", """
                t."id" in (select d."id" from (
                  select u."id", count(*) over (partition by auth.folded_address(u."email")) from adopt."User" u where u."email" <> '') d
                  where d.count > 1)
                """)),
        new("accounts",
            ["id", "userId", "type", "provider", "providerAccountId", "refresh_token", "access_token", "expires_at", "id_token", "scope",
                "session_state", "token_type"],
            """concat_ws(' ', t."provider", t."providerAccountId")""",
            ["id", "userId", "type", "provider", "providerAccountId", "expires_at", "scope", "session_state", "token_type"],
            """t."id", t."userId", t."type", t."provider", t."providerAccountId", t."expires_at", t."scope", t."session_state", t."token_type" """,
            LeavesOut("belongs to nobody", WithoutParent("User", "userId")),
            Adjusts("holds tokens in clear: none, until the person signs in again",
                """coalesce(t."refresh_token", t."access_token", t."id_token") is not null""",
                """ "refresh_token" = null, "access_token" = null, "id_token" = null """)),
        // The old token becomes a refresh token: a client exchanges it once, and its person stays signed in.
        new("sessions", ["id", "userId", "expires", "sessionToken"], """t."id"::text""",
            ["userId", "expires", "sessionToken"],
            """t."userId", t."expires"::timestamp(3), encode(sha256(convert_to(t."sessionToken", 'UTF8')), 'hex')""",
            LeavesOut("has expired", """coalesce(t."expires" <= now() at time zone 'utc', true)"""),
            LeavesOut("belongs to nobody", WithoutParent("User", "userId")),
            Adjusts("lasts longer than 30 days: 30 days", """t."expires" > now() at time zone 'utc' + interval '30 days'""",
                """ "expires" = now() at time zone 'utc' + interval '30 days' """)),
        new("Organization", ["id", "name"], """t."id"::text""", ["id", "name"], """t."id", t."name" """,
            Adjusts("has no name: Untitled", """coalesce(app_private.is_blank(t."name"), true)""", """ "name" = 'Untitled' """)),
        new("Chat", ["id", "createdAt", "title", "userId", "visibility"], """t."id"::text""",
            ["id", "createdAt", "title", "userId", "visibility"],
            """t."id", t."createdAt"::timestamp(3), t."title", t."userId", t."visibility" """,
            [
                LeavesOut("belongs to nobody", WithoutParent("User", "userId")), .. Titled,
                Adjusts("is neither public nor private: private", """coalesce(t."visibility" not in ('public', 'private'), true)""",
                    """ "visibility" = 'private' """),
            ]),
        new("Message", ["id", "chatId", "role", "parts", "attachments", "createdAt"], """t."id"::text""",
            ["id", "chatId", "role", "parts", "attachments", "createdAt", "userId"],
            """
            t."id", t."chatId", t."role", t."parts"::json, t."attachments"::json, t."createdAt"::timestamp(3),
            (select c."userId" from adopt."Chat" c where c."id" = t."chatId")
            """,
            LeavesOut("belongs to no chat", WithoutParent("Chat", "chatId")),
            Blocks("has a role that is none of user, assistant, system, tool", """coalesce(t."role" not in ('user', 'assistant', 'system', 'tool'), true)"""),
            Adjusts("has no attachments: []", """t."attachments" is null""", """ "attachments" = '[]' """),
            Blocks("has parts that are no readable JSON array of at most 1 MB", """not adopt.is_list(t."parts"::text)"""),
            Blocks("has attachments that are no readable JSON array of at most 1 MB", """not adopt.is_list(t."attachments"::text)"""),
            Blocks("has no createdAt between 1970 and 9999", Instant)),
        new("Vote", ["id", "message_id", "user_id", "chatId", "value", "created_at"], """t."id"::text""",
            ["id", "message_id", "user_id", "chatId", "value", "created_at"],
            """
            t."id", t."message_id", t."user_id", (select m."chatId" from adopt."Message" m where m."id" = t."message_id"), t."value",
            t."created_at"::timestamp(3)
            """,
            LeavesOut("is about a message that does not exist", WithoutParent("Message", "message_id")),
            LeavesOut("belongs to nobody", WithoutParent("User", "user_id")),
            LeavesOut("is not the person's newest vote on the message", """
                t."id" not in (select distinct on (v."message_id", v."user_id") v."id" from adopt."Vote" v
                  order by v."message_id", v."user_id", v."created_at" desc, v."id" desc)
                """),
            Blocks("is neither up nor down", """coalesce(t."value" not in ('up', 'down'), true)"""),
            Adjusts("names another chat than its message's: the message's", """
                t."chatId" <> (select m."chatId" from adopt."Message" m where m."id" = t."message_id")
                """, """ "chatId" = null """)),
        new("Document", ["id", "createdAt", "title", "content", "text", "userId"], """concat_ws(' ', t."id", t."createdAt")""",
            ["id", "createdAt", "title", "content", "text", "userId"],
            """t."id", t."createdAt"::timestamp(3), t."title", t."content", t."text", t."userId" """,
            [
                LeavesOut("belongs to nobody", WithoutParent("User", "userId")), .. Titled,
                Blocks("is of no known kind", """coalesce(t."text" not in ('text', 'code', 'image', 'sheet', 'canvas'), true)"""),
                Blocks("is longer than 10 MB", """octet_length(t."content") > 10485760"""),
                Blocks("is a version of a document of somebody else", """
                    t."id" in (select d."id" from adopt."Document" d group by d."id" having count(distinct d."userId") > 1)
                    """),
                Blocks("is of the same millisecond as another version", """
                    (t."id", t."createdAt"::timestamp(3)) in (
                      select d."id", d."createdAt"::timestamp(3) from adopt."Document" d group by 1, 2 having count(*) > 1)
                    """),
            ]),
        new("Suggestion",
            ["id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "description", "isResolved", "userId", "createdAt"],
            """t."id"::text""",
            ["id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "description", "isResolved", "userId", "createdAt"],
            """
            t."id", t."documentId", t."documentCreatedAt"::timestamp(3), t."originalText", t."suggestedText", t."description",
            t."isResolved", t."userId", t."createdAt"::timestamp(3)
            """,
            LeavesOut("is about a version that does not exist", """
                not exists (select from adopt."Document" d where d."id" = t."documentId"
                  and d."createdAt"::timestamp(3) = t."documentCreatedAt"::timestamp(3))
                """),
            Adjusts("belongs to nobody: without an author", WithoutParent("User", "userId"), """ "userId" = null """),
            Blocks("has a text of more than 1 MB",
                """greatest(octet_length(t."originalText"), octet_length(t."suggestedText"), octet_length(t."description")) > 1048576"""),
            Blocks("has no createdAt between 1970 and 9999", Instant)),
        new("Stream", ["id", "chatId", "createdAt"], """t."id"::text""", ["id", "chatId", "createdAt", "userId", "activeAt"],
            """
            t."id", t."chatId", t."createdAt"::timestamp(3), (select c."userId" from adopt."Chat" c where c."id" = t."chatId"),
            t."createdAt"::timestamp(3)
            """,
            LeavesOut("belongs to no chat", WithoutParent("Chat", "chatId")),
            Blocks("has no createdAt between 1970 and 9999", Instant)),
    ];

    private static string WithoutParent(string parent, string column) =>
        $"""not exists (select from adopt."{parent}" p where p."id" = t."{column}")""";
}
