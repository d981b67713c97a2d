using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"User" and "accounts" of access-rules.md: "inserting happens only through sign-up and OAuth"; whom an account signs in.</summary>
public sealed class SignInOAuthTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    [Fact]
    public async Task An_account_is_known_by_its_id_never_by_its_address()
    {
        var person = await SignIn("g1", "someone@test", true);
        Assert.Equal(person, await SignIn("g1", "changed@test", true));
        Assert.Equal(person, await SignIn("g1", "owner@test", true));
        Assert.Equal("someone@test", await Email(person));
        Assert.NotEqual(person, await SignIn("g2", "elsewhere@test", true));
    }

    [Fact]
    public async Task A_proven_address_links_to_who_has_proven_it_here()
    {
        Assert.Equal(Fixture.World["owner"], await SignIn("g1", "Owner@Test", true));
        Assert.Equal("owner@test", await Email(Fixture.World["owner"]));
        Assert.Equal(["hash of owner"], await Db.List("""select "password" from auth.credentials('owner@test')"""));
    }

    [Theory]
    [InlineData("false")]
    [InlineData("null")]
    public async Task An_unproven_address_links_to_nobody(string verified)
    {
        var person = await Db.Ask<Guid>($"select auth.sign_in_oauth('google', 'g1', null, 'owner@test', {verified})");
        Assert.NotEqual(Fixture.World["owner"], person);
        Assert.Equal("", await Email(person));
        Assert.Equal("owner@test", await Email(Fixture.World["owner"]));
    }

    [Fact]
    public async Task An_unverified_address_goes_to_the_person_who_verifies_it()
    {
        var squatter = await Db.Ask<Guid>("select auth.sign_up('victim@test', 'known to the attacker')");
        var victim = await SignIn("g1", "victim@test", true);
        Assert.NotEqual(squatter, victim);
        Assert.Equal("victim@test", await Email(victim));
        Assert.Equal("", await Email(squatter));
        Assert.Empty(await Db.List("select * from auth.credentials('victim@test')"));
    }

    [Theory]
    [InlineData("null", "true")]
    [InlineData("''", "true")]
    [InlineData("null", "null")]
    public async Task Without_an_address_a_person_comes_without_one(string email, string verified)
    {
        var person = await Db.Ask<Guid>($"select auth.sign_in_oauth('google', 'g1', null, {email}, {verified})");
        Assert.Equal("", await Email(person));
        Assert.Equal(["0.00 false"], await Db.List($"""select concat("creditBalance", ' ', ("emailVerified" is not null)::text) from public."User" where "id" = '{person}'"""));
    }

    [Fact]
    public async Task From_a_signed_in_session_an_account_is_linked_to_that_person()
    {
        var squatter = await Db.Ask<Guid>("select auth.sign_up('victim@test', 'hash')");
        await SignedIn("[owner]");
        Assert.Equal(Fixture.World["owner"], await SignIn("g1", "victim@test", true));
        Assert.Equal(Fixture.World["owner"], await SignIn("g2", "member@test", true));
        Assert.Equal(Fixture.World["owner"], await SignIn("g1", "victim@test", true));
        Assert.Equal("owner@test", await Email(Fixture.World["owner"]));
        Assert.Equal("victim@test", await Email(squatter));
        await SignedIn("''");
        Assert.Equal(Fixture.World["owner"], await SignIn("g2", "member@test", true));
    }

    [Fact]
    public async Task An_account_that_signs_somebody_else_in_is_not_taken_over()
    {
        Assert.Equal(Fixture.World["owner"], await SignIn("g1", "owner@test", true));
        await SignedIn("[member]");
        Assert.Equal("RC013", await Db.Error("select auth.sign_in_oauth('google', 'g1', null, 'member@test', true)"));
        Assert.Equal(["true"], await Db.List("""select ("userId" = [owner])::text from public.accounts where "providerAccountId" = 'g1'"""));
    }

    [Fact]
    public async Task The_tokens_that_came_last_are_kept_with_the_account_that_they_are_of()
    {
        await SignIn("google", "g1", "old");
        await SignIn("google", "g2", "another");
        await SignIn("github", "g1", "elsewhere");
        await SignIn("google", "g1", "new");
        await Db.Do("select auth.sign_in_oauth('google', 'g1', null, null, false)");
        Assert.Equal(
            ["github g1 elsewhere, elsewhere r, elsewhere i, bearer, 7", "google g1 new, new r, new i, bearer, 7", "google g2 another, another r, another i, bearer, 7"],
            await Db.List(
                """
                select concat_ws(' ', "provider", "providerAccountId",
                  concat_ws(', ', "access_token", "refresh_token", "id_token", "token_type", "expires_at"))
                from public.accounts where "provider" <> 'canary' order by 1
                """));
    }

    [Fact]
    public async Task On_auth_user_created_makes_the_person_behind_an_oauth_account()
    {
        await Db.Do(
            """
            insert into public.accounts ("userId", "type", "provider", "providerAccountId")
            values ('00000000-0000-4000-8000-0000000000aa', 'oauth', 'github', 'octo');
            set constraints all immediate
            """);
        Assert.Equal(["0.00 "], await Db.List(
            """select concat("creditBalance", ' ', "email") from public."User" where "id" = '00000000-0000-4000-8000-0000000000aa'"""));

        // A person who exists stays as they are.
        await Db.Do("""insert into public.accounts ("userId", "type", "provider", "providerAccountId") values ([owner], 'oauth', 'github', 'hub'); set constraints all immediate""");
        Assert.Equal("owner@test", await Email(Fixture.World["owner"]));
    }

    [Fact]
    public async Task Any_other_account_needs_a_person()
    {
        const string Link = """
            insert into public.accounts ("userId", "type", "provider", "providerAccountId")
            values ('00000000-0000-4000-8000-0000000000aa', 'credentials', 'x', 'y');
            set constraints all immediate
            """;
        Assert.Equal("42501", await Db.Error(Link));
        await Db.AsRole("rlschat_owner").Do("alter policy function_insert on public.accounts with check (true)");
        await Prepare();
        Assert.Equal("23503", await Db.Error(Link));
    }

    protected override Task Prepare() => Db.AsRole("rlschat_test_functions");

    private Task<int> SignedIn(string person) => Db.Do($"select set_config('auth.uid', {person}, true)");

    private Task<Guid> SignIn(string account, string email, bool verified) =>
        Db.Ask<Guid>($"select auth.sign_in_oauth('google', '{account}', 'openid', '{email}', {verified}); set constraints all immediate; set constraints all deferred");

    private Task<int> SignIn(string provider, string account, string token) => Db.Do(
        $$"""
        select auth.sign_in_oauth('{{provider}}', '{{account}}', null, null, false, jsonb_build_object('access_token', '{{token}}',
          'refresh_token', '{{token}} r', 'id_token', '{{token}} i', 'token_type', 'bearer', 'expires_at', 7))
        """);

    private Task<string> Email(Guid person) => Db.Ask<string>($"""select "email" from public."User" where "id" = '{person}'""");
}
