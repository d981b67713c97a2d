using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"User" of access-rules.md, "email only through verification": mailed tokens, and accounts made before their owner came.</summary>
public sealed class SignInVerificationTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Verify = "select auth.verify_email(sha256('mailed'))";
    private const string VerifyByPassword = "select auth.verify_email(sha256('mailed'), 'hash of owner')";
    private const string Reset = "select auth.reset_password(sha256('mailed'), 'new hash')";

    [Fact]
    public async Task An_address_becomes_the_persons_own_by_the_token_mailed_to_it_once()
    {
        await SignedIn("[owner]");
        Assert.Equal("new@test", await Request("verify_email", "new@test"));
        Assert.Equal(["owner@test"], await Emails("[owner]"));

        Assert.Equal(Fixture.World["owner"], await Db.Ask<Guid>(Verify));
        Assert.Equal(["new@test"], await Emails("[owner]"));
        Assert.Equal("RC010", await Db.Error(Verify));
    }

    // Whoever reads the mail may be somebody else than the person who asked for it.
    [Theory]
    [InlineData("[owner]", "null", true)]
    [InlineData("[owner]", "'hash of member'", true)]
    [InlineData("''", "'hash of owner'", true)]
    [InlineData("[member]", "'hash of owner'", true)]
    [InlineData("''", "null", false)]
    [InlineData("''", "''", false)]
    [InlineData("''", "'hash of member'", false)]
    [InlineData("[member]", "null", false)]
    [InlineData("[member]", "'hash of member'", false)]
    public async Task A_mailed_token_is_good_for_who_asked_for_it_and_a_refused_try_leaves_it(string who, string hash, bool good)
    {
        await Newcomer("new@test");
        await Request("verify_email", "new@test", by: "[owner]");
        await SignedIn(who);
        Assert.Equal(good ? null : "RC010", await Db.Error($"select auth.verify_email(sha256('mailed'), {hash})"));
        Assert.Equal(["owner@test"], await Emails("[owner]"));
        Assert.Equal(["new@test"], await Emails("[newcomer]"));
        Assert.Null(await Db.Error(VerifyByPassword));
    }

    [Fact]
    public async Task Without_a_password_an_address_is_verified_only_when_signed_in()
    {
        await Request("verify_email", "new@test", by: "[owner]");
        await Db.Do("""update public."User" set "password" = null where "id" = [owner]""");
        Assert.Null(await Db.Error(Verify));
        await SignedIn("''");
        Assert.Equal("RC010", await Db.Error(Verify));
        Assert.Equal("RC010", await Db.Error(VerifyByPassword));
    }

    [Fact]
    public async Task The_hash_that_a_password_is_compared_with_is_that_of_who_asked_for_a_proof()
    {
        Task<string?> Hash(string token) => Db.Ask<string?>($"select auth.mailed_password_hash(sha256('{token}'))");
        await Request("verify_email", "new@test", by: "[owner]");
        await Request("reset_password", "owner@test", "reset");
        await SignedIn("''");
        Assert.Equal("hash of owner", await Hash("mailed"));
        Assert.Null(await Hash("reset"));
        Assert.Null(await Hash("guess"));
        await Expire();
        Assert.Null(await Hash("mailed"));
    }

    [Fact]
    public async Task An_unverified_address_is_verified()
    {
        await Newcomer("new@test");
        await Request("verify_email", "new@test", by: "[newcomer]");
        await Db.Do(Verify);
        Assert.Equal(["true"], await Db.List("""select ("emailVerified" is not null)::text from public."User" where "id" = [newcomer]"""));
    }

    [Theory]
    [InlineData("verify_email", "nobody@test")]
    [InlineData("reset_password", "nobody@test")]
    [InlineData("reset_password", "")]
    public async Task An_unknown_address_gets_no_mail(string purpose, string email)
    {
        Assert.Null(await Request(purpose, email));
        Assert.Empty(await Db.List("""select 1 from public."verificationToken" """));
    }

    [Theory]
    [InlineData("verify_email", Verify)]
    [InlineData("reset_password", Reset)]
    public async Task A_token_is_good_once_for_thirty_minutes_and_for_its_purpose(string purpose, string use)
    {
        await Request(purpose, "owner@test", by: "[owner]");
        Assert.Equal(["00:30:00"], await Db.List("""select date_trunc('second', "expires" - now() at time zone 'utc' + interval '1 ms') from public."verificationToken" """));
        Assert.Equal("RC010", await Db.Error(use.Replace("mailed", "guess", StringComparison.Ordinal)));
        Assert.Equal("RC010", await Db.Error(use == Verify ? Reset : Verify));
        Assert.Null(await Db.Error(use));
        Assert.Equal("RC010", await Db.Error($"{use}; {use}"));

        await Expire();
        Assert.Equal("RC010", await Db.Error(use));
    }

    [Theory]
    [InlineData("verify_email", Verify)]
    [InlineData("reset_password", Reset)]
    public async Task A_token_that_is_nobodys_takes_no_address_away(string purpose, string use)
    {
        await Newcomer("new@test");
        string Mail(string person) =>
            $"""
            insert into public."verificationToken" ("identifier", "token", "expires", "purpose", "userId")
            values ('new@test', encode(sha256('mailed'), 'hex'), now() at time zone 'utc' + interval '1 minute', '{purpose}', {person})
            """;
        Assert.Equal("RC010", await Db.Error($"{Mail("null")}; {use}"));
        await SignedIn("[newcomer]");
        Assert.Null(await Db.Error($"{Mail("[newcomer]")}; {use}"));
    }

    [Fact]
    public async Task A_new_token_replaces_the_one_before()
    {
        await Request("reset_password", "owner@test", "first", by: "[owner]");
        await Request("verify_email", "moved@test", "for another purpose");
        await Request("reset_password", "member@test", "another''s");
        await Request("reset_password", "owner@test");
        Assert.Equal("RC010", await Db.Error(Reset.Replace("mailed", "first", StringComparison.Ordinal)));
        Assert.Null(await Db.Error(Reset));
        Assert.Null(await Db.Error(Reset.Replace("mailed", "another''s", StringComparison.Ordinal)));
        Assert.Null(await Db.Error(Verify.Replace("mailed", "for another purpose", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_address_that_another_has_proven_is_taken()
    {
        await Request("verify_email", "member@test", by: "[owner]");
        Assert.Equal("RC001", await Db.Error(Verify));
        await Db.Do("select auth.sign_up('bystander@test', 'hash')");
        await Newcomer("squatted@test");
        await Request("verify_email", "Squatted@test");
        await Db.Do(Verify);
        Assert.Equal(["Squatted@test"], await Emails("[owner]"));
        Assert.Equal([""], await Emails("[newcomer]"));
        Assert.Single(await Db.List("select * from auth.credentials('bystander@test')"));
    }

    [Fact]
    public async Task Resetting_sets_the_password_and_ends_every_session()
    {
        await Db.Do("select auth.open_session([owner], sha256('r'), sha256('s'))");
        await Db.Do("select auth.open_session([member], sha256('r2'), sha256('s2'))");
        await Request("reset_password", "OWNER@test");
        Assert.Equal(Fixture.World["owner"], await Db.Ask<Guid>(Reset));
        Assert.Equal(["new hash"], await Db.List("""select "password" from auth.credentials('owner@test')"""));
        Assert.Equal(["owner true", "member false"], await Db.List(
            """
            select concat(split_part(u."email", '@', 1), ' ', (s."revoked" is not null)::text)
            from public.sessions s join public."User" u on u."id" = s."userId" where s."userId" in ([owner], [member]) order by s."id"
            """));
    }

    [Fact]
    public async Task A_token_to_an_address_that_was_changed_since_is_not_valid()
    {
        await Request("reset_password", "owner@test");
        await Db.Do("""update public."User" set "email" = 'moved@test' where "id" = [owner]""");
        Assert.Equal("RC010", await Db.Error(Reset));
        await Newcomer("owner@test");
        Assert.Equal("RC010", await Db.Error(Reset));
    }

    [Fact]
    public async Task Pre_hijack_by_a_linked_account_is_closed_by_the_reset()
    {
        // The attacker signs up with the victim's address and links an account of their own.
        await Newcomer("victim@test");
        await Link("[newcomer]");
        await Link("[owner]");
        await Request("reset_password", "victim@test");
        await Db.Do(Reset);
        Assert.Empty(await Db.List("""select 1 from public.accounts where "userId" = [newcomer]"""));
        Assert.Equal(["true"], await Db.List("""select ("emailVerified" is not null)::text from public."User" where "id" = [newcomer]"""));

        // What was linked by who had proven the address stays.
        await Request("reset_password", "owner@test");
        await Db.Do(Reset);
        Assert.Single(await Db.List("""select 1 from public.accounts where "userId" = [owner]"""));
    }

    [Fact]
    public async Task Pre_hijack_by_a_pending_change_of_address_is_closed_by_the_reset()
    {
        // The attacker signs up with the victim's address and has a token mailed to their own.
        await Newcomer("victim@test");
        await Request("verify_email", "attacker@test", "attack", by: "[newcomer]");
        await SignedIn("''");
        await Request("reset_password", "victim@test");
        await Db.Do(Reset);
        await SignedIn("[newcomer]");
        Assert.Equal("RC010", await Db.Error("select auth.verify_email(sha256('attack'))"));
    }

    [Theory]
    [InlineData("", Reset)]
    [InlineData("[owner]", "select auth.change_password('hash of owner', 'new hash')")]
    public async Task A_new_password_ends_the_mails_that_the_person_asked_for_and_nobody_elses(string who, string use)
    {
        await Request("verify_email", "moved@test", "mine", by: "[owner]");
        await Request("verify_email", "elsewhere@test", "theirs", by: "[member]");
        await Request("reset_password", "owner@test");
        await SignedIn(who.Length == 0 ? "''" : who);
        await Db.Do(use);
        await SignedIn("[owner]");
        Assert.Equal("RC010", await Db.Error("select auth.verify_email(sha256('mine'))"));
        Assert.Equal("RC010", await Db.Error(Reset));
        await SignedIn("[member]");
        Assert.Null(await Db.Error("select auth.verify_email(sha256('theirs'))"));
    }

    protected override Task Prepare() => Db.AsRole("rlschat_test_functions");

    private Task<int> SignedIn(string person) => Db.Do($"select set_config('auth.uid', {person}, true)");

    private async Task<string?> Request(string purpose, string email, string token = "mailed", string? by = null)
    {
        await (by is null ? Task.CompletedTask : SignedIn(by));
        return await Db.Ask<string?>($"select auth.request_verification('{purpose}', '{email}', sha256('{token}'))");
    }

    private Task<List<string>> Emails(string person) => Db.List($"""select "email" from public."User" where "id" = {person}""");

    private async Task Newcomer(string email) => Db.Remember("newcomer", await Db.Ask<Guid>($"select auth.sign_up('{email}', 'hash')"));

    private Task<int> Link(string person) => Db.Do(
        $"""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ({person}, 'oauth', 'github', gen_random_uuid()::text)""");

    private async Task Expire()
    {
        await Rows.Forge(Db, "verificationToken", """update public."verificationToken" set "expires" = now() at time zone 'utc' - interval '1 s'""");
        await Db.AsRole("rlschat_test_functions");
    }
}
