using RlsChat.Tests.Rls.Stage;

namespace RlsChat.Tests.Rls;

/// <summary>"Leaving, removal, account deletion" of access-rules.md: what goes with an account, and what stays.</summary>
public sealed class AccountDeletionTests(Theatre theatre) : Drama(theatre)
{
    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("their own account", """
            who                 delete
            owner               yes
            member              yes
            can_manage_members  yes
            outsider            yes
            loner               yes
            operator            yes
            left                yes
            admin               RC003
            rival               RC003
            anonymous           denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verb, string expected)
    {
        if (who == "left")
        {
            await Play.Leave("left");
        }

        await Matrix.Check(Play, row, who, verb, expected, "select public.delete_account()",
            """select "id" from public."User" order by "id" """);
    }

    [Fact]
    public async Task Only_their_own_goes()
    {
        await Play.AsRole("rlschat_backup");
        var before = await Play.List("""select "email" from public."User" where "id" <> [owner] order by "email" """);
        await Play.As("owner");
        Assert.True(await Play.Ask<bool>("select public.delete_account()"));
        Assert.False(await Play.Ask<bool>("select public.delete_account()"));
        await Play.AsRole("rlschat_backup");
        Assert.Equal(before, await Play.List("""select "email" from public."User" order by "email" """));
        await Play.AsRole("regular_user");
        Assert.False(await Play.Ask<bool>("select public.delete_account()"));
    }

    // By the table's owner, whom no policy stops while it is not forced: the function itself names one person.
    [Fact]
    public async Task Past_the_policies_too_only_their_own_goes()
    {
        await Play.AsRole("rlschat_owner");
        await Play.Do("""alter table public."User" no force row level security""");
        var before = await Play.Ask<long>("""select count(*) from public."User" """);
        Assert.False(await Play.Ask<bool>("select public.delete_account()"));
        await Play.Do("select set_config('auth.uid', [loner], true)");
        Assert.True(await Play.Ask<bool>("select public.delete_account()"));
        Assert.Equal(before - 1, await Play.Ask<long>("""select count(*) from public."User" """));
    }

    [Fact]
    public async Task Everything_personal_goes_with_it()
    {
        await Fill();
        await Play.As("owner");
        await Play.Do("select public.delete_account()");
        await Play.AsRole("rlschat_backup");
        foreach (var (table, column) in new[]
        {
            ("Chat", "userId"), ("Document", "userId"), ("accounts", "userId"), ("sessions", "userId"), ("verificationToken", "userId"),
            ("IdempotencyKey", "userId"), ("Quota", "userId"), ("CreditEntry", "userId"), ("Vote", "user_id"), ("Message", "userId"),
            ("Suggestion", "userId"), ("Stream", "userId"), ("Invitation", "invitedBy"), ("User", "managerId"),
        })
        {
            Assert.Empty(await Play.List($"""select 1 from public."{table}" where "{column}" = [owner]"""));
        }

        Assert.Empty(await Play.List("""select 1 from public."Chat" where "id" = [personal chat]"""));
        Assert.Empty(await Play.List("""select 1 from public."Message" where "id" = [personal message]"""));
    }

    [Fact]
    public async Task What_stays_in_the_organization_goes_to_the_manager_without_an_author()
    {
        await Fill();
        await Play.As("owner");
        await Play.Do("select public.delete_account()");
        await Play.AsRole("rlschat_backup");
        Assert.Equal([Theatre.World["manager"].ToString()], await Play.List("""select "userId" from public."Chat" where "id" = [chat]"""));
        Assert.Equal([Theatre.World["manager"].ToString()], await Play.List("""select "userId" from public."Document" where "organizationId" = [Acme]"""));
        Assert.Equal(["", ""], await Play.List("""select "userId" from public."Message" where "id" in ([message], [message elsewhere])"""));
        Assert.Equal([""], await Play.List("""select "userId" from public."Suggestion" where "id" = [suggestion]"""));
        Assert.Equal([Theatre.World["member"].ToString()], await Play.List("""select "userId" from public."Message" where "id" = [answer]"""));
    }

    [Fact]
    public async Task The_last_members_account_takes_the_organization_with_it()
    {
        await Play.As("loner");
        Play.Remember("Solo", await Play.Ask<Guid>("select public.create_organization('Solo')"));
        Play.Remember("chat", await Play.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('c', [Solo]) returning "id" """));
        await Play.Do("""insert into public."Document" ("title", "organizationId") values ('d', [Solo])""");
        await Play.Do("select public.delete_account()");
        await Play.AsRole("rlschat_backup");
        Assert.Empty(await Play.List("""select 1 from public."Organization" where "id" = [Solo]"""));
        Assert.Empty(await Play.List("""select 1 from public."Chat" where "id" = [chat]"""));
        Assert.Empty(await Play.List("""select 1 from public."Document" where "userId" = [loner]"""));
        Assert.Empty(await Play.List("""select 1 from public."User" where "id" = [loner]"""));
    }

    [Fact]
    public async Task Credits_that_an_operator_granted_stay_after_them()
    {
        await Play.As("operator");
        await Play.Do("select public.grant_credits([owner], 5, 'welcome')");
        await Play.Do("select public.delete_account()");
        await Play.As("owner");
        Assert.Equal(["5.00 -"], await Play.List("""select concat("balance", ' ', coalesce("grantedBy"::text, '-')) from public."CreditEntry" """));
    }

    private async Task Fill()
    {
        await Play.As("operator");
        await Play.Do("select public.grant_credits([owner], 5, 'welcome')");
        await Play.As("member");
        Play.Remember("chat of member", await Play.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('c', [Acme]) returning "id" """));
        await Play.As("owner");
        Play.Remember("personal chat", await Play.Ask<Guid>("""insert into public."Chat" ("title") values ('p') returning "id" """));
        Play.Remember("chat", await Play.Ask<Guid>("""insert into public."Chat" ("title", "organizationId") values ('c', [Acme]) returning "id" """));
        await Play.Do("""insert into public."Document" ("title") values ('p')""");
        await Play.Do("""insert into public."Document" ("title", "organizationId") values ('d', [Acme])""");
        Play.Remember("suggestion", await Play.Ask<Guid>("""insert into public."Suggestion" ("documentId", "documentCreatedAt", "originalText", "suggestedText") select "id", "createdAt", 'a', 'b' from public."Document" where "title" = 'd' returning "id" """));
        foreach (var (name, chat) in new[] { ("personal message", "[personal chat]"), ("message", "[chat]"), ("message elsewhere", "[chat of member]") })
        {
            Play.Remember(name, await Play.Ask<Guid>($"""insert into public."Message" ("chatId", "role", "parts") values ({chat}, 'user', '[]') returning "id" """));
        }

        await Play.Do("""insert into public."Stream" ("chatId") values ([chat of member])""");
        await Play.Do("""insert into public."IdempotencyKey" ("key", "requestDigest") values ('k', sha256('k'))""");
        await Play.As("member");
        Play.Remember("answer", await Play.Ask<Guid>("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """));
        await Play.As("owner");
        await Play.Do("""insert into public."Vote" ("message_id", "value") values ([answer], 'up')""");
        await Play.AsRole("auth_definer");
        await Play.Do("select auth.open_session([owner], sha256('r'), sha256('s'))");
        await Play.Do("select auth.request_verification('reset_password', 'owner@test', sha256('t'))");
        await Play.Do("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ([owner], 'oauth', 'github', 'octo')""");
        await Play.Do("""insert into public."Quota" ("userId", "kind", "period") values ([owner], 'k', '2026-01-01')""");
    }
}
