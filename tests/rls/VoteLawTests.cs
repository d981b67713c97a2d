using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Vote" of access-rules.md: grants, one vote a person, whose chat it is in, and what leaving takes.</summary>
public sealed partial class VoteTests
{
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

    [Fact]
    public async Task Everyone_sees_the_votes_of_the_chats_that_they_see_and_no_other()
    {
        foreach (var (voter, row) in new[]
        {
            ("owner", "personal"), ("loner", "personal public"), ("member", "organization"), ("rival", "organization public"), ("left", "organization left behind"),
        })
        {
            await Stand(row);
            await Db.As(voter);
            await Db.Do("""insert into public."Vote" ("message_id", "value") values ([message], 'up')""");
        }

        await Db.Leave("left");
        await Expect.Seen(Db, """select c."title" from public."Vote" v left join public."Chat" c on c."id" = v."chatId" """, """
            owner: organization, organization left behind, organization public, personal, personal public
            member: organization, organization left behind, organization public, personal public
            can_manage_chats: organization, organization left behind, organization public, personal public
            left: organization public, personal public
            rival: organization public, personal public
            loner: organization public, personal public
            anonymous: organization public, personal public
            """);
    }

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
        await Db.As("member");
        Assert.Equal(PostgresErrorCodes.UniqueViolation, await Db.Error(Inserts["itself"]));
        Assert.Equal(Outcome.Hidden, await Db.Try(Inserts["do_nothing"]));
        Assert.Equal(Outcome.Yes, await Db.Try(Inserts["upsert"]));
        Assert.Equal(PostgresErrorCodes.CheckViolation, await Db.Error("""update public."Vote" set "value" = 'maybe'"""));

        await Db.As(People.Owner);
        Assert.Equal(Outcome.Yes, await Db.Try(Inserts["itself"]));
    }

    [Fact]
    public async Task A_vote_goes_with_its_voters_account()
    {
        await Stand("organization, vote of member");
        await Db.As("loner");
        Assert.True(await Db.Ask<bool>("select public.delete_account()"));
        await Db.As(People.Owner);
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public."Vote" where "id" = [vote]"""));

        await Db.As("member");
        Assert.True(await Db.Ask<bool>("select public.delete_account()"));
        await Db.As(People.Owner);
        Assert.Equal(0, await Db.Ask<long>("""select count(*) from public."Vote" where "message_id" = [message]"""));
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public."Message" where "id" = [message]"""));
    }
}
