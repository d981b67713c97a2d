using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Stream" of access-rules.md, "appends to a stream they opened": the chunks of an answer, and who ends it.</summary>
public sealed class StreamChunkTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."StreamChunk" where "streamId" = [stream]""",
        ["append"] = """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 1, 'more')""",
        ["returning"] = """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 1, 'more') returning *""",
        ["from_stream"] = """insert into public."StreamChunk" ("streamId", "index", "data") select t."id", 1, 'more' from public."Stream" t where t."id" = [stream]""",
        ["by_function"] = """select public.append_chunk([stream], 1, 'more')""",
        ["do_nothing"] = """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 1, 'more') on conflict do nothing""",
        ["merge"] = """merge into public."StreamChunk" c using (select [stream]::uuid as id) s on c."streamId" = s.id and c."index" = 1 when not matched then insert ("streamId", "index", "data") values (s.id, 1, 'more')""",
        ["finish"] = "select public.finish_stream([stream])",
        ["abandon"] = "select public.abandon_stream([stream])",
    };

    // The owner is the chat's. In an organization's chat somebody else opened the stream: "member".
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who           read   append returning from_stream by_function do_nothing merge  finish abandon
        personal:
          owner       yes    yes    yes       yes         yes         yes        yes    yes    yes
          others      hidden denied denied    hidden      hidden      denied     denied hidden hidden
          anonymous   hidden denied denied    denied      denied      denied     denied denied denied
        personal public:
          owner       yes    yes    yes       yes         yes         yes        yes    yes    yes
          member      yes    denied denied    denied      denied      denied     denied hidden hidden
          loner       yes    denied denied    denied      denied      denied     denied hidden hidden
          anonymous   yes    denied denied    denied      denied      denied     denied denied denied
        organization:
          member      yes    yes    yes       yes         yes         yes        yes    yes    yes
          colleagues  yes    denied denied    denied      denied      denied     denied hidden hidden
          strangers   hidden denied denied    hidden      hidden      denied     denied hidden hidden
          anonymous   hidden denied denied    denied      denied      denied     denied denied denied
        organization public:
          member      yes    yes    yes       yes         yes         yes        yes    yes    yes
          owner       yes    denied denied    denied      denied      denied     denied hidden hidden
          rival       yes    denied denied    denied      denied      denied     denied hidden hidden
        organization, opened by left:
          left        hidden denied denied    hidden      hidden      denied     denied hidden hidden
          owner       yes    denied denied    denied      denied      denied     denied hidden hidden
        organization public, opened by left:
          left        yes    denied denied    denied      denied      denied     denied hidden hidden
          owner       yes    denied denied    denied      denied      denied     denied hidden hidden
        """);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """
            select t::text from public."StreamChunk" t
            union all select t::text from public."Stream" t
            union all select m::text from public."Message" m
            """);
    }

    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        anonymous select *
        regular_user select *
        regular_user insert data, index, streamId
        """,
        await Grants.On(Db, "StreamChunk"));

    [Fact]
    public async Task Nobody_changes_or_deletes_a_chunk()
    {
        await Stand("organization");
        await Expect.NobodyMay(Db,
            """delete from public."StreamChunk" """,
            """delete from public."StreamChunk" where "streamId" = [stream] returning "index" """,
            """merge into public."StreamChunk" c using (select [stream]::uuid as id) s on c."streamId" = s.id when matched then delete""",
            """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, 'new') on conflict ("streamId", "index") do update set "data" = excluded."data" """,
            """truncate public."StreamChunk" """);
    }

    [Fact]
    public async Task Nobody_appends_to_the_canarys_stream_and_no_function_to_another()
    {
        await Stand("organization");
        await Expect.NobodyMay(Db, """
            insert into public."StreamChunk" ("streamId", "index", "data") values ('00000000-0000-4000-8000-00000000ca7a', 1, 'song')
            """);
        await Db.AsRole("builtin_definer").Do("select set_config('auth.uid', [member], true)");
        Assert.Equal(Outcome.Denied, await Db.Try(Verbs["append"]));
        Assert.Equal(Outcome.Yes, await Db.Try("""
            insert into public."StreamChunk" ("streamId", "index", "data", "createdAt")
            values ('00000000-0000-4000-8000-00000000ca7a', 1, 'song', 'infinity')
            """));
    }

    // How long ago it was opened, fell silent and was finished; the chunk is as old as the silence.
    [Theory]
    [InlineData("1 day", "2 hours", "59 minutes", false)]
    [InlineData("1 day", "2 hours", "61 minutes", true)]
    [InlineData("2 hours", "59 minutes", null, false)]
    [InlineData("2 hours", "60 minutes 59 seconds", null, false)]
    [InlineData("2 hours", "62 minutes", null, true)]
    [InlineData("59 minutes", "59 minutes", "2 hours", false)]
    public async Task The_purge_deletes_what_ended_more_than_an_hour_ago(string opened, string silent, string? finished, bool goes)
    {
        await Stand("organization");
        await Past(opened, silent, finished);
        Assert.Equal(goes ? 1 : 0, await Db.AsRole("rlschat_purge").Do("""delete from public."StreamChunk" """));
    }

    [Fact]
    public async Task The_purge_leaves_what_goes_on_and_the_canary_as_they_are()
    {
        await Stand("organization");
        await Past("1 day", "1 day", null);
        await Rows.Forge(Db, "Stream", """update public."Stream" set "activeAt" = now() at time zone 'utc' where "id" = [stream]""");
        Assert.Equal(0, await Db.AsRole("rlschat_purge").Do("""delete from public."StreamChunk" """));
        await Db.AsRole("rlschat_backup");
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public."StreamChunk" where "streamId" = '00000000-0000-4000-8000-00000000ca7a'"""));
    }

    [Fact]
    public async Task Streams_hold_no_more_than_a_message()
    {
        await Stand("organization");
        await Db.Do("""delete from public."Stream" """);
        await Db.As(People.Owner).Do("""delete from public."Stream" """);
        await Db.As("member").Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        const int frame = 27; // [{"type":"text","text":""}]
        await Db.Do("select public.append_chunk([stream], i, repeat('x', 65536)) from generate_series(0, 14) i");
        Assert.Equal("RC019", await Db.Error("select public.append_chunk([stream], 15, repeat('x', 65536)) union all select public.append_chunk([stream], 16, 'x')"));
        await Db.Do($"select public.append_chunk([stream], 15, repeat('x', {65536 - frame}))");
        Assert.Null(await Db.Error(Verbs["finish"]));
        await Db.Do("select public.append_chunk([stream], 16, 'x')");
        Assert.Equal("RC019", await Db.Error(Verbs["finish"]));
    }

    [Fact]
    public async Task Only_the_person_who_may_append_learns_that_a_stream_has_ended()
    {
        await Stand("organization");
        await Db.Do(Verbs["finish"]);
        foreach (var who in People.Everyone.Except(["member"]))
        {
            await Db.As(who);
            Assert.Equal("42501", await Db.Error("""insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 9, 'x')"""));
        }
    }

    [Fact]
    public async Task A_piece_has_its_own_number()
    {
        await Stand("organization");
        await Db.As("member");
        Assert.Equal(PostgresErrorCodes.UniqueViolation, await Db.Error(Verbs["append"].Replace("1, ", "0, ", StringComparison.Ordinal)));
        Assert.Equal(PostgresErrorCodes.CheckViolation, await Db.Error(Verbs["append"].Replace("1, ", "-1, ", StringComparison.Ordinal)));
    }

    private async Task Past(string opened, string silent, string? finished)
    {
        var end = finished is null ? "null" : $"now() at time zone 'utc' - interval '{finished}'";
        await Rows.Forge(Db, "Stream", $"""
            update public."Stream" set "createdAt" = now() at time zone 'utc' - interval '{opened}',
              "activeAt" = now() at time zone 'utc' - interval '{silent}', "finishedAt" = {end}
            where "id" = [stream]
            """);
        await Rows.Forge(Db, "StreamChunk", $"""
            update public."StreamChunk" set "createdAt" = now() at time zone 'utc' - interval '{silent}' where "streamId" = [stream]
            """);
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, People.Owner);
        await Db.As(row.StartsWith("personal", StringComparison.Ordinal) ? People.Owner
            : row.EndsWith("left", StringComparison.Ordinal) ? "left" : "member");
        await Db.Make("stream", """insert into public."Stream" ("chatId") values ([chat])""");
        await Db.Do($"""insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, '{row}')""");
        await Rows.Left(Db, row, who);
    }
}
