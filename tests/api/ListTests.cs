using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Lists: which rows, in which order, and page by page.</summary>
public sealed class ListTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task Different_people_see_different_chats()
    {
        await Fixture.Empty();
        var (ana, ben, cleo) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"), await Fixture.SignUp("cleo"));
        var organization = await Fixture.Setup.Found(ana);
        await Fixture.Setup.Admit(ana, ben);
        var personal = await ana.Begin();
        var shared = await ana.Begin(organizationId: organization);
        var open = await cleo.Begin(visibility: "public");

        Assert.Equal([shared, personal], (await ana.Get("/chats")).Is(200).Ids);
        Assert.Equal([shared, personal], (await ana.Get("/chats?scope=mine")).Is(200).Ids);
        Assert.Empty((await ben.Get("/chats")).Is(200).Ids);
        Assert.Equal([shared], (await ben.Get("/chats?scope=organization")).Is(200).Ids);
        Assert.Empty((await cleo.Get("/chats?scope=organization")).Is(200).Ids);
        Assert.Equal([open], (await ana.Get("/chats?scope=public")).Is(200).Ids);
        Assert.Equal([open], (await Fixture.Anonymous().Get("/chats?scope=public")).Is(200).Ids);
        (await Fixture.Anonymous().Get("/chats")).Is(401, "unauthenticated");
        (await Fixture.Anonymous().Get("/chats?scope=organization")).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task A_former_member_no_longer_sees_the_chats_of_the_organization()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var organization = await Fixture.Setup.Found(ana);
        await Fixture.Setup.Admit(ana, ben);
        var shared = await ben.Begin(organizationId: organization);
        Assert.Equal([shared], (await ben.Get("/chats")).Ids);
        await Fixture.Setup.As<bool>(ben, "select public.leave_organization()");
        Assert.Empty((await ben.Get("/chats")).Ids);
        Assert.Empty((await ben.Get("/chats?scope=organization")).Ids);
        (await ben.Get($"/chats/{shared}")).Is(404);
        Assert.Equal([shared], (await ana.Get("/chats?scope=organization")).Ids);
    }

    /// <summary>How a list gets twelve rows, five of which have the same millisecond; $1 is a chat, a message or a document.</summary>
    private static readonly Dictionary<string, (string Path, string Insert, bool IsNewestFirst)> Lists = new()
    {
        ["chats"] = ("/chats", """insert into public."Chat" ("title", "createdAt") select $1::text, t from times""", true),
        ["messages"] = ("/chats/{chat}/messages", """
            insert into public."Message" ("chatId", "role", "parts", "createdAt") select $1, 'user', '[]', t from times
            """, false),
        ["votes"] = ("/chats/{chat}/votes", """
            insert into public."Vote" ("message_id", "value", "created_at")
            select m."id", 'up', m."createdAt" from public."Message" m where m."chatId" = $1
            """, false),
        ["streams"] = ("/chats/{chat}/streams", """insert into public."Stream" ("chatId", "createdAt") select $1, t from times""", true),
        ["suggestions"] = ("/documents/{document}/suggestions", """
            insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText", "createdAt")
            select d."id", d."createdAt", 'a', 'b', t from public."Document" d, times where d."id" = $1
            """, false),
    };

    public static readonly TheoryData<string> Names = new(Lists.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Pages_of_a_list_hold_each_row_once_and_in_order(string list)
    {
        var ana = await Fixture.SignUp("ana");
        var (chat, document) = (await ana.Begin(), (await ana.Post("/documents", new { title = "plan" })).Is(201).Id);
        var (path, insert, isNewestFirst) = Lists[list];
        foreach (var statement in list == "votes" ? [Lists["messages"].Insert, insert] : new[] { insert })
        {
            await Fixture.Setup.As<int>(ana,
                $"""
                with times (t) as (select timestamp '2000-01-01' + (n / 5) * interval '1 ms' from generate_series(1, 12) n)
                {statement}
                """, list == "suggestions" ? document : chat);
        }

        path = path.Replace("{chat}", $"{chat}", StringComparison.Ordinal).Replace("{document}", $"{document}", StringComparison.Ordinal);
        var all = (await ana.Get($"{path}?limit=100")).Is(200);
        Assert.Equal(list == "chats" ? 13 : 12, all.Ids.Distinct().Count());
        var times = all.Body["items"]!.AsArray().Select(item => item!["createdAt"]!.GetValue<string>()).ToList();
        Assert.Equal(isNewestFirst ? times.OrderDescending(StringComparer.Ordinal) : times.Order(StringComparer.Ordinal), times);
        foreach (var limit in new[] { 1, 2, 5, 7, 12, 100 })
        {
            Assert.Equal(all.Ids, await Pages.Of(ana, $"{path}?limit={limit}", page => page.Ids.Length <= limit ? page.Ids : []));
        }
    }

    [Fact]
    public async Task Without_a_limit_a_page_has_twenty()
    {
        var ana = await Fixture.SignUp("ana");
        await Fixture.Setup.As<int>(ana, """insert into public."Chat" ("title") select 'many' from generate_series(1, 21)""");
        var page = (await ana.Get("/chats")).Is(200);
        Assert.Equal(20, page.Ids.Length);
        Assert.Single((await ana.Get($"/chats?cursor={page.NextCursor}")).Is(200).Ids);
    }

    [Fact]
    public async Task A_chat_without_messages_is_an_empty_page_and_a_hidden_one_is_none()
    {
        var (ana, ben) = (await Fixture.SignUp("ana"), await Fixture.SignUp("ben"));
        var chat = await ana.Begin();
        var page = (await ana.Get($"/chats/{chat}/messages")).Is(200);
        Assert.Equal("""{"items":[],"nextCursor":null}""", page.Text);
        (await ben.Get($"/chats/{chat}/messages")).Is(404);
    }

    [Fact]
    public async Task A_cursor_past_the_last_message_of_a_chat_is_an_empty_page()
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        for (var i = 0; i < 3; i++)
        {
            await ana.Say(chat);
        }

        var page = (await ana.Get($"/chats/{chat}/messages?limit=2")).Is(200);
        var last = (await ana.Get($"/chats/{chat}/messages?cursor={page.NextCursor}")).Is(200);
        (await ana.Delete($"/messages/{last.Ids.Single()}")).Is(204);
        Assert.Empty((await ana.Get($"/chats/{chat}/messages?cursor={page.NextCursor}")).Is(200).Ids);
    }
}
