using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Stream" of access-rules.md, "appends to a stream they opened": the chunks of an answer.</summary>
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
    };

    // The owner is the chat's. In an organization's chat somebody else opened the stream: "member".
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("personal", """
            who                      read    append  returning from_stream by_function do_nothing merge
            owner                    yes     yes     yes       yes         yes         yes        yes
            member                   hidden  denied  denied    hidden      hidden      denied     denied
            manager                  hidden  denied  denied    hidden      hidden      denied     denied
            can_manage_chats         hidden  denied  denied    hidden      hidden      denied     denied
            outsider                 hidden  denied  denied    hidden      hidden      denied     denied
            anonymous                hidden  denied  denied    denied      denied      denied     denied
            """),
        ("personal public", """
            who                      read    append  returning from_stream by_function do_nothing merge
            owner                    yes     yes     yes       yes         yes         yes        yes
            member                   yes     denied  denied    denied      denied      denied     denied
            loner                    yes     denied  denied    denied      denied      denied     denied
            anonymous                yes     denied  denied    denied      denied      denied     denied
            """),
        ("organization", """
            who                      read    append  returning from_stream by_function do_nothing merge
            member                   yes     yes     yes       yes         yes         yes        yes
            owner                    yes     denied  denied    denied      denied      denied     denied
            manager                  yes     denied  denied    denied      denied      denied     denied
            director                 yes     denied  denied    denied      denied      denied     denied
            admin                    yes     denied  denied    denied      denied      denied     denied
            can_manage_chats         yes     denied  denied    denied      denied      denied     denied
            can_view_documents       yes     denied  denied    denied      denied      denied     denied
            can_manage_documents     yes     denied  denied    denied      denied      denied     denied
            can_manage_members       yes     denied  denied    denied      denied      denied     denied
            can_manage_roles         yes     denied  denied    denied      denied      denied     denied
            can_manage_organization  yes     denied  denied    denied      denied      denied     denied
            can_view_audit           yes     denied  denied    denied      denied      denied     denied
            left                     hidden  denied  denied    hidden      hidden      denied     denied
            outsider                 hidden  denied  denied    hidden      hidden      denied     denied
            rival                    hidden  denied  denied    hidden      hidden      denied     denied
            loner                    hidden  denied  denied    hidden      hidden      denied     denied
            operator                 hidden  denied  denied    hidden      hidden      denied     denied
            anonymous                hidden  denied  denied    denied      denied      denied     denied
            """),
        ("organization public", """
            who                      read    append  returning from_stream by_function do_nothing merge
            member                   yes     yes     yes       yes         yes         yes        yes
            owner                    yes     denied  denied    denied      denied      denied     denied
            rival                    yes     denied  denied    denied      denied      denied     denied
            """),
        ("organization, opened by left", """
            who                      read    append  returning from_stream by_function do_nothing merge
            left                     hidden  denied  denied    hidden      hidden      denied     denied
            owner                    yes     denied  denied    denied      denied      denied     denied
            """),
        ("organization public, opened by left", """
            who                      read    append  returning from_stream by_function do_nothing merge
            left                     yes     denied  denied    denied      denied      denied     denied
            owner                    yes     denied  denied    denied      denied      denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verb, expected, Verbs[verb], """select count(*) from public."StreamChunk" """);
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
    public async Task Everyone_sees_the_chunks_of_the_streams_that_they_see_and_no_other()
    {
        foreach (var row in new[] { "personal", "personal public", "organization", "organization public", "organization, opened by left" })
        {
            await Stand(row);
        }

        await Expect.Seen(Db, """select "data" from public."StreamChunk" """, """
            owner: organization, organization public, organization, opened by left, personal, personal public
            manager: organization, organization public, organization, opened by left, personal public
            left: organization public, personal public
            rival: organization public, personal public
            anonymous: organization public, personal public
            """);
    }

    [Fact]
    public async Task Nobody_changes_or_deletes_a_chunk()
    {
        string[] columns = ["streamId", "index", "data", "createdAt"];
        await Stand("organization");
        await Expect.NobodyMay(Db,
        [
            .. columns.SelectMany(column => new[]
            {
                $"""update public."StreamChunk" set "{column}" = default""",
                $"""update public."StreamChunk" set "{column}" = "{column}" where "streamId" = [stream]""",
            }),
            """delete from public."StreamChunk" """,
            """delete from public."StreamChunk" where "streamId" = [stream] returning "index" """,
            """merge into public."StreamChunk" c using (select [stream]::uuid as id) s on c."streamId" = s.id when matched then delete""",
            """insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, 'new') on conflict ("streamId", "index") do update set "data" = excluded."data" """,
            """insert into public."StreamChunk" ("streamId", "index", "data", "createdAt") values ([stream], 1, 'old', '2000-01-01')""",
            """truncate public."StreamChunk" """,
        ]);
    }

    [Fact]
    public async Task Nobody_appends_to_the_canarys_stream_and_no_function_to_another()
    {
        await Stand("organization");
        await Expect.NobodyMay(Db, """
            insert into public."StreamChunk" ("streamId", "index", "data") values ('00000000-0000-4000-8000-00000000ca7a', 1, 'song')
            """);
        await Db.AsRole("builtin_definer");
        await Db.Do("select set_config('auth.uid', [member], true)");
        Assert.Equal(Outcome.Denied, await Db.Try(Verbs["append"]));
        Assert.Equal(Outcome.Yes, await Db.Try("""
            insert into public."StreamChunk" ("streamId", "index", "data", "createdAt")
            values ('00000000-0000-4000-8000-00000000ca7a', 1, 'song', 'infinity')
            """));
    }

    [Fact]
    public async Task Nobody_copies_chunks_in() =>
        await Expect.NobodyCopiesInto(Db, "StreamChunk", """ "streamId", "index", "data" """);

    [Fact]
    public async Task Chunks_go_with_their_stream()
    {
        await Stand("organization");
        await Db.As(People.Owner);
        await Db.Do("""delete from public."Stream" where "id" = [stream]""");
        await Db.AsRole("rlschat_backup");
        Assert.Equal(0, await Db.Ask<long>("""select count(*) from public."StreamChunk" where "streamId" = [stream]"""));
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
        await Db.AsRole("rlschat_purge");
        Assert.Equal(goes ? 1 : 0, await Db.Do("""delete from public."StreamChunk" """));
    }

    [Fact]
    public async Task The_purge_leaves_what_goes_on_and_the_canary_as_they_are()
    {
        await Stand("organization");
        await Past("1 day", "1 day", null);
        await Rows.Forge(Db, "Stream", """update public."Stream" set "activeAt" = now() at time zone 'utc' where "id" = [stream]""");
        await Db.AsRole("rlschat_purge");
        Assert.Equal(0, await Db.Do("""delete from public."StreamChunk" """));
        await Db.AsRole("rlschat_backup");
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public."StreamChunk" where "streamId" = '00000000-0000-4000-8000-00000000ca7a'"""));
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
        Db.Remember("stream", await Db.Ask<Guid>("""insert into public."Stream" ("chatId") values ([chat]) returning "id" """));
        await Db.Do($"""insert into public."StreamChunk" ("streamId", "index", "data") values ([stream], 0, '{row}')""");
        await Rows.Left(Db, row, who);
    }
}
