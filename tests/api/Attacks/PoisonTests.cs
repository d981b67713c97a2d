using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Attacks;

/// <summary>
/// A row that makes another person's request fail: Mara writes what she may, by SQL of her own, in values that
/// are hard to read; her colleague Pat then reads everything that she sees, page by page.
/// </summary>
public sealed class PoisonTests(BreachedApi api) : BreachTest(api)
{
    private static readonly string[] Texts =
        ["x\u0001\u001f\u007f", "x\u202e\ufeff\u2028", "\u200b", "\ud83d\ude00", "%_\\' \" <script> ${x} {{x}}", new string('x', 255), "(?:", "1e400", "NaN", "null"];

    private static readonly string[] Arrays =
    [
        "[\"\\u0000\"]", "[1e400]", "[-0]", "[{\"a\":1,\"a\":2}]", "[\"\\ud83d\\ude00\"]", "[123456789012345678901234567890]",
        $"{new string('[', 30)}{new string(']', 30)}", "[{\"__proto__\":{}},null,true]",
    ];

    private static readonly string[] Times =
        ["1970-01-01", "9999-12-31", "9999-12-31 23:59:59.999", "infinity", "-infinity", "294276-12-31", "4713-01-01 BC", "0001-01-01", "10000-01-01"];

    [Fact]
    public async Task A_poisoned_row()
    {
        var (mara, pat) = (await Api.SignUp("mara"), await Api.SignUp("pat"));
        var organization = await Api.Setup.Found(mara, "Poison");
        await Api.Setup.Admit(mara, pat, Setup.Administrator);
        var chat = await mara.Begin("poison", organizationId: organization);
        var message = await mara.Say(chat);
        var document = (await mara.Post("/documents", new { title = "x", content = "x", organizationId = organization })).Is(201).Id;
        var (accepted, refused) = (0, 0);
        foreach (var statement in Statements(chat, organization, document))
        {
            Support.Attacks.Count();
            var result = await Run(statement, mara);
            Assert.True(result.Error is null or "23514" or "22008" or "22P02" or "22P05" or "23505" or "22001", $"{statement}: {result.Outcome} {string.Join(' ', result.Rows)}");
            _ = result.Error is null ? accepted++ : refused++;
        }

        Assert.True(accepted > 40, $"{accepted} accepted, {refused} refused");
        string[] paths =
        [
            "/me", "/me/audit", "/me/credits", "/chats", "/chats?scope=organization", $"/chats/{chat}", $"/chats/{chat}/messages", $"/messages/{message}",
            $"/chats/{chat}/votes", $"/chats/{chat}/streams", "/documents?scope=organization", $"/documents/{document}", $"/documents/{document}/versions",
            $"/documents/{document}/suggestions", $"/organizations/{organization}", $"/organizations/{organization}/members",
            $"/organizations/{organization}/roles", $"/organizations/{organization}/invitations", $"/organizations/{organization}/audit",
        ];
        var failed = new List<string>();
        foreach (var path in paths)
        {
            for (var (cursor, page) = ("", 0); cursor is not null && page < 20; page++)
            {
                var response = await pat.Get(cursor.Length == 0 ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}cursor={cursor}");
                if (response.Status != 200)
                {
                    failed.Add($"{path}: {response.Status} {response.Text}");
                    break;
                }

                cursor = response.NextCursor;
            }
        }

        Assert.Empty(failed);
        var report = await Run("""select jsonb_agg("parts"::jsonb || "attachments"::jsonb) from public."Message" """, pat);
        Assert.True(report.Error is null, $"a colleague's report: {report.Outcome}");
        Api.Known = null;
    }

    private static IEnumerable<string> Statements(Guid chat, Guid organization, Guid document)
    {
        foreach (var text in Texts.Select(Quoted))
        {
            yield return $"""insert into public."Chat" ("title", "organizationId") values ({text}, '{organization}')""";
            yield return $"""insert into public."Role" ("name", "organizationId") values (left({text}, 50), '{organization}')""";
            yield return $"""insert into public."Document" ("title", "content", "organizationId") values ({text}, {text}, '{organization}')""";
            yield return $"""
                insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", "description")
                select d."id", d."createdAt", {text}, {text}, {text} from public."Document" d where d."id" = '{document}'
                """;
            yield return $"""
                insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest")
                values ('{organization}', left({text}, 200), '{Setup.Member}', sha256({text}::text::bytea))
                """;
        }

        foreach (var array in Arrays.Select(Quoted))
        {
            yield return $"""insert into public."Message" ("chatId", "role", "parts", "attachments") values ('{chat}', 'user', {array}, {array})""";
        }

        foreach (var time in Times.Select(Quoted))
        {
            yield return $"""insert into public."Chat" ("title", "createdAt", "organizationId") values ('x', {time}, '{organization}')""";
            yield return $"""insert into public."Message" ("chatId", "role", "parts", "createdAt") values ('{chat}', 'user', '[]', {time})""";
            yield return $"""insert into public."Document" ("id", "title", "createdAt", "organizationId") values ('{document}', 'x', {time}, '{organization}')""";
            yield return $"""insert into public."Stream" ("chatId", "createdAt") values ('{chat}', {time})""";
            yield return $"""
                insert into public."Invitation" ("organizationId", "email", "roleId", "tokenDigest", "expires")
                values ('{organization}', md5({time}) || '@test', '{Setup.Member}', sha256({time}), {time})
                """;
        }
    }

    private static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
