using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Lists: which rows, in which order, and page by page.</summary>
public sealed class ListTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task Different_people_see_different_chats()
    {
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
    public async Task Who_has_left_sees_the_organizations_chats_no_more_their_own_included()
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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(100)]
    public async Task Pages_of_chats_keep_what_was_made_in_the_same_millisecond(int limit)
    {
        var ana = await Fixture.SignUp("ana");
        await Fixture.Setup.As<int>(ana,
            """
            insert into public."Chat" ("title", "createdAt")
            select 'tie', timestamp '2026-01-01' + (n / 5) * interval '1 ms' from generate_series(1, 12) n
            """);
        var (seen, path) = (new List<Guid>(), $"/chats?limit={limit}");
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await ana.Get(cursor.Length == 0 ? path : $"{path}&cursor={cursor}")).Is(200);
            Assert.InRange(page.Ids.Length, 1, limit);
            seen.AddRange(page.Ids);
            cursor = page.NextCursor;
        }

        Assert.Equal(12, seen.Distinct().Count());
        Assert.Equal(12, seen.Count);
        Assert.Equal((await ana.Get("/chats?limit=100")).Ids, seen);
    }

    [Fact]
    public async Task Pages_of_messages_are_oldest_first_and_keep_ties()
    {
        var ana = await Fixture.SignUp("ana");
        var chat = await ana.Begin();
        await Fixture.Setup.As<int>(ana,
            """
            insert into public."Message" ("chatId", "role", "parts", "createdAt")
            select $1, 'user', json_build_array(n), timestamp '2026-01-01' + (n / 5) * interval '1 ms' from generate_series(1, 12) n
            """, chat);
        var all = (await ana.Get($"/chats/{chat}/messages?limit=100")).Is(200);
        var times = all.Body["items"]!.AsArray().Select(item => item!["createdAt"]!.GetValue<string>()).ToList();
        Assert.Equal(times.Order(StringComparer.Ordinal), times);

        var (seen, path) = (new List<Guid>(), $"/chats/{chat}/messages?limit=5");
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await ana.Get(cursor.Length == 0 ? path : $"{path}&cursor={cursor}")).Is(200);
            seen.AddRange(page.Ids);
            cursor = page.NextCursor;
        }

        Assert.Equal(all.Ids, seen);
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
