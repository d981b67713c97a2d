using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Message" of access-rules.md: grants, everything that each person sees, and what outlasts an author.</summary>
public sealed partial class MessageTests
{
    [Fact]
    public async Task Nothing_but_this_is_granted() => Assert.Equal(
        """
        anonymous select *
        regular_user select *
        regular_user insert attachments, chatId, createdAt, id, parts, role, userId
        regular_user update attachments, parts
        regular_user delete *
        """,
        await Grants.On(Db, "Message"));

    [Fact]
    public async Task Everyone_sees_the_messages_of_the_chats_that_they_see_and_no_other()
    {
        foreach (var (who, row) in new[]
        {
            ("owner", "personal"), ("owner", "personal public"), ("owner", "organization"), ("owner", "organization public"),
            ("left", "organization of left"), ("rival", "organization of rival"), ("loner", "personal of loner"),
        })
        {
            await Rows.Chat(Db, row, who);
            await Db.Do($"""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '["{row}"]')""");
        }

        await Db.Leave("left");
        await Expect.Seen(Db, """select "parts" ->> 0 from public."Message" """, """
            owner: organization, organization of left, organization public, personal, personal public
            member: organization, organization of left, organization public, personal public
            director: organization, organization of left, organization public, personal public
            admin: organization, organization of left, organization public, personal public
            can_manage_chats: organization, organization of left, organization public, personal public
            can_view_documents: organization, organization of left, organization public, personal public
            left: organization public, personal public
            outsider: organization of rival, organization public, personal public
            rival: organization of rival, organization public, personal public
            loner: organization public, personal of loner, personal public
            operator: organization public, personal public
            anonymous: organization public, personal public
            """);
    }

    [Fact]
    public async Task Who_may_tidy_a_chat_of_their_own_tidies_no_other()
    {
        await Stand("organization public");
        foreach (var who in new[] { "manager", "rival" })
        {
            await Rows.Chat(Db, "personal", who, "mine");
            Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));
        }

        await Db.As(People.Owner);
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["delete_all"]));
    }

    [Fact]
    public async Task A_message_outlasts_its_author_and_is_nobodys_then()
    {
        await Stand("organization");
        await Db.As("member");
        Assert.True(await Db.Ask<bool>("select public.delete_account()"));
        await Db.AsRole("rlschat_backup");
        Assert.Equal(["nobody"], await Db.List("""select coalesce("userId"::text, 'nobody') from public."Message" where "id" = [message]"""));
        foreach (var who in People.Everyone)
        {
            await Matrix.Check(Db, "of a deleted author", who, "reword", who == People.Anonymous ? "denied" : "hidden",
                Verbs["reword_all"], """select m::text from public."Message" m where "id" = [message]""");
        }

        await Db.As(People.Owner);
        Assert.Equal(1, await Db.Do(Verbs["delete"]));
    }

    [Fact]
    public async Task A_message_stays_its_authors_when_they_leave_and_is_theirs_again_when_they_are_back()
    {
        await Stand("organization");
        await Db.As("member");
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["reword"]));
        await Db.Do("select public.leave_organization()");
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["reword_all"]));
        Assert.Equal(Outcome.Hidden, await Db.Try(Verbs["delete_all"]));

        await Db.As("admin");
        await Db.Do("select public.invite_member('member@test', [member role], sha256('back'))");
        await Db.As("member");
        await Db.Do("select public.accept_invitation('back')");
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["reword_all"]));
    }

    [Theory]
    [InlineData("developer", "[]", "[]")]
    [InlineData("user", "{}", "[]")]
    [InlineData("user", "[]", "\"none\"")]
    public async Task A_message_has_a_known_role_and_lists(string role, string parts, string attachments)
    {
        await Rows.Chat(Db, "personal", People.Owner);
        Assert.Equal(PostgresErrorCodes.CheckViolation, await Db.Error(
            $"""insert into public."Message" ("chatId", "role", "parts", "attachments") values ([chat], '{role}', '{parts}', '{attachments}')"""));
    }
}
