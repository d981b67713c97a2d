using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Leaving, removal, account deletion" of access-rules.md: what goes with an account, and what stays.</summary>
public sealed class AccountDeletionTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("their own account", """
            who        delete
            admin      RC003
            rival      RC003
            others     yes
            anonymous  denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Rows.Left(Db, row, who);

        await Matrix.Check(Db, row, who, verbs, expected, "select public.delete_account()",
            """select "id" from public."User" order by "id" """);
    }

    [Fact]
    public async Task Deleting_an_account_deletes_no_other()
    {
        var before = await Db.AsRole("rlschat_backup").List("""select "email" from public."User" where "id" <> [owner] order by "email" """);
        Assert.True(await Db.As("owner").Ask<bool>("select public.delete_account()"));
        Assert.False(await Db.Ask<bool>("select public.delete_account()"));
        Assert.Equal(before, await Db.AsRole("rlschat_backup").List("""select "email" from public."User" order by "email" """));
        Assert.False(await Db.AsRole("regular_user").Ask<bool>("select public.delete_account()"));
    }

    // By the table's owner, whom no policy stops while it is not forced: the function itself names one person.
    [Fact]
    public async Task Without_the_policies_the_function_still_deletes_one_person()
    {
        await Db.AsRole("rlschat_owner").Do("""alter table public."User" no force row level security""");
        var before = await Db.Ask<long>("""select count(*) from public."User" """);
        Assert.False(await Db.Ask<bool>("select public.delete_account()"));
        await Db.Do("select set_config('auth.uid', [loner], true)");
        Assert.True(await Db.Ask<bool>("select public.delete_account()"));
        Assert.Equal(before - 1, await Db.Ask<long>("""select count(*) from public."User" """));
    }

    [Fact]
    public async Task Everything_personal_goes_with_it()
    {
        await Fill();
        await Db.As("owner").Do("select public.delete_account()");
        await Db.AsRole("rlschat_backup");
        foreach (var (table, column) in new[]
        {
            ("Chat", "userId"), ("Document", "userId"), ("accounts", "userId"), ("sessions", "userId"), ("verificationToken", "userId"),
            ("IdempotencyKey", "userId"), ("Quota", "userId"), ("CreditEntry", "userId"), ("Vote", "user_id"), ("Message", "userId"),
            ("Suggestion", "userId"), ("Stream", "userId"), ("Invitation", "invitedBy"), ("User", "managerId"),
        })
        {
            Assert.Empty(await Db.List($"""select 1 from public."{table}" where "{column}" = [owner]"""));
        }

        Assert.Empty(await Db.List("""select 1 from public."Chat" where "id" = [personal chat]"""));
        Assert.Empty(await Db.List("""select 1 from public."Message" where "id" = [personal message]"""));
        Assert.Empty(await Db.List("""select 1 from public."Document" where "id" = [personal document]"""));
    }

    [Fact]
    public async Task Rows_in_the_organization_go_to_the_manager_and_lose_their_author()
    {
        await Fill();
        await Db.As("owner").Do("select public.delete_account()");
        await Db.AsRole("rlschat_backup");
        Assert.Equal([Fixture.World["manager"].ToString()], await Db.List("""select "userId" from public."Chat" where "id" = [chat]"""));
        Assert.Equal([Fixture.World["manager"].ToString()], await Db.List("""select "userId" from public."Document" where "organizationId" = [Acme]"""));
        Assert.Equal(["", ""], await Db.List("""select "userId" from public."Message" where "id" in ([message], [message elsewhere])"""));
        Assert.Equal([""], await Db.List("""select "userId" from public."Suggestion" where "id" = [suggestion]"""));
        Assert.Equal([Fixture.World["member"].ToString()], await Db.List("""select "userId" from public."Message" where "id" = [answer]"""));
    }

    [Fact]
    public async Task The_last_members_account_takes_the_organization_with_it()
    {
        Db.Remember("Solo", await Db.As("loner").Ask<Guid>("select public.create_organization('Solo')"));
        await Db.Make("chat", """insert into public."Chat" ("title", "organizationId") values ('c', [Solo])""");
        await Db.Do("""insert into public."Document" ("title", "organizationId") values ('d', [Solo])""");
        await Db.Do("select public.delete_account()");
        Assert.Empty(await Db.AsRole("rlschat_backup").List("""select 1 from public."Organization" where "id" = [Solo]"""));
        Assert.Empty(await Db.List("""select 1 from public."Chat" where "id" = [chat]"""));
        Assert.Empty(await Db.List("""select 1 from public."Document" where "userId" = [loner]"""));
        Assert.Empty(await Db.List("""select 1 from public."User" where "id" = [loner]"""));
    }

    [Fact]
    public async Task Credits_that_an_operator_granted_stay_after_them()
    {
        await Db.As("operator").Do("select public.grant_credits([owner], 5, 'welcome')");
        await Db.Do("select public.delete_account()");
        await Db.As("owner");
        Assert.Equal(["5.00 -"], await Db.List("""select concat("balance", ' ', coalesce("grantedBy"::text, '-')) from public."CreditEntry" """));
    }

    private async Task Fill()
    {
        await Db.As("operator").Do("select public.grant_credits([owner], 5, 'welcome')");
        await Db.As("member").Make("chat of member", """insert into public."Chat" ("title", "organizationId") values ('c', [Acme])""");
        await Db.As("owner").Make("personal chat", """insert into public."Chat" ("title") values ('p')""");
        await Db.Make("chat", """insert into public."Chat" ("title", "organizationId") values ('c', [Acme])""");
        await Db.Make("personal document", """insert into public."Document" ("title") values ('p')""");
        await Db.Do("""insert into public."Document" ("title", "organizationId") values ('d', [Acme])""");
        await Db.Make("suggestion", """insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") select "id", "createdAt", 'a', 'b' from public."Document" where "title" = 'd'""");
        foreach (var (name, chat) in new[] { ("personal message", "[personal chat]"), ("message", "[chat]"), ("message elsewhere", "[chat of member]") })
        {
            await Db.Make(name, $"""insert into public."Message" ("chatId", "role", "parts") values ({chat}, 'user', '[]')""");
        }

        await Db.Do("""insert into public."Stream" ("chatId") values ([chat of member])""");
        await Db.Do("""insert into public."IdempotencyKey" ("key", "requestDigest") values ('k', sha256('k'))""");
        await Db.As("member").Make("answer", """insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]')""");
        await Db.As("owner").Do("""insert into public."Vote" ("message_id", "value") values ([answer], 'up')""");
        await Db.AsRole("rlschat_test_functions").Do("select auth.open_session([owner], sha256('r'), sha256('s'))");
        await Db.Do("select auth.request_verification('reset_password', 'owner@test', sha256('t'))");
        await Db.Do("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ([owner], 'oauth', 'github', 'octo')""");
        await Db.Do("""insert into public."Quota" ("userId", "kind", "period") values ([owner], 'k', '2026-01-01')""");
    }
}
