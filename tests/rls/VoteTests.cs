using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Vote" of access-rules.md.</summary>
public sealed class VoteTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Vote" where "id" = [vote]""",
        ["change"] = """update public."Vote" set "value" = 'down' where "id" = [vote] returning "id" """,
        ["change_all"] = """update public."Vote" set "value" = 'down'""",
        ["withdraw"] = """delete from public."Vote" where "message_id" = [message] returning "id" """,
        ["withdraw_all"] = """delete from public."Vote" """,
        ["merge_change"] = """merge into public."Vote" v using (select [vote]::uuid as id) s on v."id" = s.id when matched then update set "value" = 'down'""",
        ["merge_withdraw"] = """merge into public."Vote" v using (select [vote]::uuid as id) s on v."id" = s.id when matched then delete""",
        ["upsert"] = """insert into public."Vote" ("id", "message_id", "value") values ([vote], [message], 'down') on conflict ("id") do update set "value" = excluded."value" """,
    };

    // The chat is the owner's. Whose the vote is, the row says.
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who           read   change change_all withdraw withdraw_all merge_change merge_withdraw upsert
        personal, vote of owner:
          owner       yes    yes    yes        yes      yes          yes          yes            yes
          others      hidden hidden hidden     hidden   hidden       hidden       hidden         denied
          anonymous   hidden denied denied     denied   denied       denied       denied         denied
        personal public, vote of outsider:
          colleagues  yes    hidden hidden     hidden   hidden       denied       denied         denied
          outsider    yes    yes    yes        yes      yes          yes          yes            yes
          rival       yes    hidden hidden     hidden   hidden       denied       denied         denied
          anonymous   yes    denied denied     denied   denied       denied       denied         denied
        organization, vote of member:
          member      yes    yes    yes        yes      yes          yes          yes            yes
          colleagues  yes    hidden hidden     hidden   hidden       denied       denied         denied
          strangers   hidden hidden hidden     hidden   hidden       hidden       hidden         denied
          anonymous   hidden denied denied     denied   denied       denied       denied         denied
        organization public, vote of rival:
          rival       yes    yes    yes        yes      yes          yes          yes            yes
          owner       yes    hidden hidden     hidden   hidden       denied       denied         denied
          admin       yes    hidden hidden     hidden   hidden       denied       denied         denied
          left        yes    hidden hidden     hidden   hidden       denied       denied         denied
          anonymous   yes    denied denied     denied   denied       denied       denied         denied
        organization, vote of left:
          left        hidden hidden hidden     hidden   hidden       hidden       hidden         denied
          owner       yes    hidden hidden     hidden   hidden       denied       denied         denied
        -- Former members read a public chat as anyone does, so their vote there is still theirs.
        organization public, vote of left:
          left        yes    yes    yes        yes      yes          yes          yes            yes
          member      yes    hidden hidden     hidden   hidden       denied       denied         denied
        personal public and then hidden, vote of rival:
          rival       hidden hidden hidden     hidden   hidden       hidden       hidden         denied
          owner       yes    hidden hidden     hidden   hidden       denied       denied         denied
        """);

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Stand(row, who);
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select v::text from public."Vote" v where "id" = [vote]""");
    }

    // "smuggled" names a chat of one's own beside the message: the trigger says which chat it really is.
    private static readonly Dictionary<string, string> Inserts = new()
    {
        ["itself"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up')""",
        ["returning"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up') returning *""",
        ["from_message"] = """insert into public."Vote" ("message_id", "value") select m."id", 'up' from public."Message" m where m."id" = [message]""",
        ["as_another"] = """insert into public."Vote" ("message_id", "value", "user_id") values ([message], 'up', [another])""",
        ["smuggled"] = """insert into public."Vote" ("message_id", "value", "chatId") values ([message], 'up', [mine])""",
        ["do_nothing"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up') on conflict do nothing""",
        ["upsert"] = """insert into public."Vote" ("message_id", "value") values ([message], 'up') on conflict ("message_id", "user_id") do update set "value" = excluded."value" """,
        ["merge"] = """merge into public."Vote" v using (select [message]::uuid as id) s on v."message_id" = s.id and v."user_id" = auth.uid() when not matched then insert ("message_id", "value") values (s.id, 'up')""",
    };

    public static readonly TheoryData<string, string, string, string> Inserting = Matrix.Of("""
        who           itself returning from_message as_another smuggled do_nothing upsert merge
        personal:
          owner       yes    yes       yes          denied     yes      yes        yes    yes
          others      denied denied    hidden       denied     denied   denied     denied denied
          anonymous   denied denied    denied       denied     denied   denied     denied denied
        personal public:
          others      yes    yes       yes          denied     yes      yes        yes    yes
          anonymous   denied denied    denied       denied     denied   denied     denied denied
        organization:
          colleagues  yes    yes       yes          denied     yes      yes        yes    yes
          strangers   denied denied    hidden       denied     denied   denied     denied denied
          anonymous   denied denied    denied       denied     denied   denied     denied denied
        organization public:
          others      yes    yes       yes          denied     yes      yes        yes    yes
          anonymous   denied denied    denied       denied     denied   denied     denied denied
        """);

    [Theory]
    [MemberData(nameof(Inserting))]
    public async Task May_insert(string row, string who, string verbs, string expected)
    {
        await Stand(row, who);
        await Rows.Chat(Db, "personal", who == People.Anonymous ? People.Owner : who, "mine");

        Db.Remember("another", Fixture.World[who == People.Owner ? "member" : People.Owner]);
        await Matrix.Check(Db, row, who, verbs, expected, Inserts, """select count(*) from public."Vote" """);
    }

    [Fact]
    public async Task A_vote_on_a_hidden_message_and_on_none_are_denied_alike()
    {
        await Stand("personal");
        await Db.As("outsider");
        var hidden = await Assert.ThrowsAsync<PostgresException>(() => Db.Undone(() => Db.Do(Inserts["itself"])));
        Db.Remember("message", Guid.NewGuid());
        var none = await Assert.ThrowsAsync<PostgresException>(() => Db.Undone(() => Db.Do(Inserts["itself"])));
        Assert.Equal((hidden.SqlState, hidden.MessageText, hidden.Detail), (none.SqlState, none.MessageText, none.Detail));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, none.SqlState);
    }

    [Fact]
    public async Task Nobody_moves_a_vote_or_changes_whose_it_is()
    {
        await Stand("organization, vote of member");
        await Expect.NobodyMay(Db,
            """merge into public."Vote" v using (select [vote]::uuid as id) s on v."id" = s.id when matched then update set "user_id" = auth.uid()""",
            """insert into public."Vote" ("message_id", "value") values ([message], 'up') on conflict ("message_id", "user_id") do update set "chatId" = null""",
            """truncate public."Vote" """);
    }

    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        anonymous select *
        regular_user select *
        regular_user insert chatId, created_at, id, message_id, user_id, value
        regular_user update value
        regular_user delete *
        """,
        await Grants.On(Db, "Vote"));

    [Theory]
    [InlineData("null")]
    [InlineData("[mine]")]
    [InlineData("gen_random_uuid()")]
    public async Task A_votes_chat_is_its_messages_whatever_is_sent(string sent)
    {
        await Stand("personal public");
        await Rows.Chat(Db, "personal", "outsider", "mine");
        await Db.Do($"""insert into public."Vote" ("message_id", "value", "chatId") values ([message], 'up', {sent})""");
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public."Vote" where "chatId" = [chat] and "user_id" = [outsider]"""));
        Assert.Equal(0, await Db.Ask<long>("""select count(*) from public."Vote" where "chatId" is distinct from [chat]"""));
    }

    [Fact]
    public async Task A_person_has_one_vote_on_a_message()
    {
        await Stand("organization, vote of member");
        Assert.Equal(PostgresErrorCodes.UniqueViolation, await Db.As("member").Error(Inserts["itself"]));
        Assert.Equal(Outcome.Hidden, await Db.Try(Inserts["do_nothing"]));
        Assert.Equal(Outcome.Yes, await Db.Try(Inserts["upsert"]));
        Assert.Equal(PostgresErrorCodes.CheckViolation, await Db.Error("""update public."Vote" set "value" = 'maybe'"""));

        Assert.Equal(Outcome.Yes, await Db.As(People.Owner).Try(Inserts["itself"]));
    }

    [Fact]
    public async Task A_vote_goes_with_its_voters_account()
    {
        await Stand("organization, vote of member");
        Assert.True(await Db.As("loner").Ask<bool>("select public.delete_account()"));
        Assert.Equal(1, await Db.As(People.Owner).Ask<long>("""select count(*) from public."Vote" where "id" = [vote]"""));

        Assert.True(await Db.As("member").Ask<bool>("select public.delete_account()"));
        Assert.Equal(0, await Db.As(People.Owner).Ask<long>("""select count(*) from public."Vote" where "message_id" = [message]"""));
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public."Message" where "id" = [message]"""));
    }

    private async Task Stand(string row, string who = "")
    {
        await Rows.Chat(Db, row, People.Owner);
        await Db.Make("message", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        if (row.Contains("vote of ", StringComparison.Ordinal))
        {
            await Db.As(row[(row.LastIndexOf(' ') + 1)..]);
            await Db.Make("vote", """insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
        }

        if (row.Contains("then hidden", StringComparison.Ordinal))
        {
            await Db.As(People.Owner).Do("""update public."Chat" set "visibility" = 'private' where "id" = [chat]""");
        }

        await Rows.Left(Db, row, who);
    }
}
