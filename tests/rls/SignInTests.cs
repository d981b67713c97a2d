using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"User" and "sessions" of access-rules.md: signing up, in and out happens by the functions of the sign-in connection.</summary>
public sealed class SignInTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    [Fact]
    public async Task Only_the_sign_in_connection_mints_identities()
    {
        // Which functions these are: CatalogueTests. Beside them it may start the purge, which mints nothing.
        Assert.Contains("open_session", await Executable("rlschat_auth"));
        foreach (var role in new[] { "anonymous", "regular_user", "rlschat_api", "monitor", "rlschat_backup", "rlschat_purge", "identity_setter" })
        {
            Assert.Empty((await Executable(role)).Intersect(await Executable("rlschat_auth")).Except(["uid", "purge"]));
        }
    }

    [Fact]
    public async Task Signing_up_makes_a_person_who_has_proven_nothing()
    {
        await Db.Do("select auth.sign_up('New@Test', 'hash')");
        Assert.Equal(["New@Test 0.00 ---"], await Db.List(
            """
            select concat("email", ' ', "creditBalance", ' ', coalesce("organizationId"::text, '-'), coalesce("roleId"::text, '-'), coalesce("emailVerified"::text, '-'))
            from public."User" where "email" = 'New@Test'
            """));
    }

    [Theory]
    [InlineData("owner@test", "RC001")]
    [InlineData("OWNER@Test", "RC001")]
    [InlineData("owner@test2", null)]
    public async Task A_taken_address_is_refused(string email, string? error) =>
        Assert.Equal(error, await Db.Error($"select auth.sign_up('{email}', 'hash')"));

    [Theory]
    [InlineData("owner@test", "hash of owner")]
    [InlineData("Owner@TEST", "hash of owner")]
    [InlineData("nobody@test")]
    [InlineData("")]
    public async Task Credentials_are_those_of_the_address_or_none(string email, params string[] hashes) =>
        Assert.Equal(hashes, await Db.List($"""select "password" from auth.credentials('{email}')"""));

    [Fact]
    public async Task A_person_without_a_password_has_no_credentials()
    {
        await Db.Do("""update public."User" set "password" = null where "id" = [owner]""");
        Assert.Empty(await Db.List("select * from auth.credentials('owner@test')"));
    }

    [Fact]
    public async Task A_person_without_an_address_has_no_credentials()
    {
        await Db.Do("""update public."User" set "email" = '', "emailVerified" = null where "id" = [owner] and "password" is not null""");
        Assert.Equal(["hash of owner"], await Db.List("""select "password" from public."User" where "id" = [owner] and "email" = ''"""));
        Assert.Empty(await Db.List("select * from auth.credentials('')"));
    }

    [Fact]
    public async Task A_hash_is_replaced_only_by_who_knows_the_one_before()
    {
        Assert.False(await Db.Ask<bool>("select auth.replace_password_hash([owner], 'hash of member', 'new')"));
        Assert.False(await Db.Ask<bool>("select auth.replace_password_hash([member], 'hash of owner', 'new')"));
        Assert.True(await Db.Ask<bool>("select auth.replace_password_hash([owner], 'hash of owner', 'new')"));
        Assert.Equal(["new"], await Db.List("""select "password" from auth.credentials('owner@test')"""));
    }

    [Fact]
    public async Task Changing_the_password_ends_the_other_sessions()
    {
        await Open("r1", "s1");
        await Refresh("r1", "r2");
        await Open("other", "secret of other");
        await Db.Do("select auth.open_session([member], sha256('of member'), sha256('secret of member'))");
        Assert.False(await Db.Ask<bool>("select auth.change_password('hash of owner', 'new')"));
        Assert.Null(await Db.Ask<string?>("select auth.own_password_hash()"));

        await Db.Do("select set_config('auth.uid', [owner], true), set_config('auth.session', 's1', true)");
        Assert.Equal("hash of owner", await Db.Ask<string?>("select auth.own_password_hash()"));
        Assert.False(await Db.Ask<bool>("select auth.change_password('hash of member', 'new')"));
        Assert.True(await Db.Ask<bool>("select auth.change_password('hash of owner', 'new')"));
        Assert.Equal(["new"], await Db.List("""select "password" from auth.credentials('owner@test')"""));
        Assert.Equal(Fixture.World["owner"], await Refresh("r2", "r3"));
        Assert.Null(await Refresh("other", "other2"));
        Assert.Equal(Fixture.World["member"], await Refresh("of member", "of member 2"));
    }

    [Fact]
    public async Task A_session_is_kept_by_its_digests_for_thirty_days()
    {
        await Open("r1", "s1");
        Assert.Equal(["true"], await Db.List(
            """
            select ("sessionToken" = encode(sha256('r1'), 'hex') and "secretDigest" = sha256('s1') and "revoked" is null
              and "expires" - "createdAt" between interval '29 days 23:59:59' and interval '30 days 1 second')::text
            from public.sessions where "userId" = [owner]
            """));
    }

    [Fact]
    public async Task Refreshing_rotates_and_the_old_secret_goes_on_for_fifteen_minutes()
    {
        await Open("r1", "s1");
        Assert.Equal(Fixture.World["owner"], await Refresh("r1", "r2"));
        Assert.Equal(Fixture.World["owner"], await Refresh("r2", "r3"));
        Assert.Equal(
            ["false false", "true true", "true true"],
            await Db.List(
                """
                select concat(("rotated" is not null)::text, ' ', ("expires" < now() at time zone 'utc' + interval '15 minutes 1 second')::text)
                from public.sessions where "userId" = [owner] and "revoked" is null order by "id"
                """));
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public.sessions where "userId" = [owner] and "familyId" is null"""));
    }

    [Fact]
    public async Task Using_a_refresh_token_again_revokes_its_family_and_no_other()
    {
        await Open("r1", "s1");
        await Open("other", "secret of other");
        await Refresh("r1", "r2");
        Assert.Null(await Refresh("r1", "r3"));
        Assert.Equal(2, await Db.Ask<long>("""select count(*) from public.sessions where "userId" = [owner] and "revoked" is not null"""));
        Assert.Null(await Refresh("r2", "r4"));
        Assert.Equal(Fixture.World["owner"], await Refresh("other", "other2"));
    }

    [Theory]
    [InlineData("select auth.refresh_session(sha256('r1'), sha256('r3'), sha256('s3'))")]
    [InlineData("select auth.request_verification('reset_password', 'owner@test', sha256('t')); select auth.reset_password(sha256('t'), 'new')")]
    [InlineData("select set_config('auth.uid', [owner], true); select auth.change_password('hash of owner', 'new')")]
    public async Task A_session_keeps_the_time_at_which_it_was_revoked_first(string sql)
    {
        await Open("r1", "s1");
        await Refresh("r1", "r2");
        await Open("before", "secret of before");
        await Db.Do("""update public.sessions set "revoked" = '2001-01-01' where "sessionToken" in (encode(sha256('r1'), 'hex'), encode(sha256('before'), 'hex'))""");
        await Db.Do(sql);
        Assert.Equal(["false", "true", "true"], await Db.List(
            """select ("revoked" = '2001-01-01')::text from public.sessions where "userId" = [owner] order by "id" """));
    }

    [Fact]
    public async Task A_session_past_its_end_or_unknown_is_not_refreshed()
    {
        await Open("r1", "s1");
        Assert.Null(await Refresh("guess", "r2"));
        await Db.Do("""update public.sessions set "expires" = now() at time zone 'utc' - interval '1 s' where "userId" = [owner]""");
        Assert.Null(await Refresh("r1", "r2"));
        Assert.Equal(1, await Db.Ask<long>("""select count(*) from public.sessions where "userId" = [owner]"""));
    }

    [Fact]
    public async Task Signing_out_ends_the_family_of_the_token_and_no_other()
    {
        await Open("r1", "s1");
        await Open("other", "secret of other");
        await Refresh("r1", "r2");
        Assert.False(await Db.Ask<bool>("select auth.sign_out(sha256('guess'))"));
        Assert.True(await Db.Ask<bool>("select auth.sign_out(sha256('r2'))"));
        Assert.False(await Db.Ask<bool>("select auth.sign_out(sha256('r2'))"));
        Assert.Equal(["true"], await Db.List("""select ("sessionToken" = encode(sha256('other'), 'hex'))::text from public.sessions where "userId" = [owner]"""));
    }

    protected override Task Prepare() => Db.AsRole("rlschat_test_functions");

    private Task<int> Open(string refresh, string secret) => Db.Do($"select auth.open_session([owner], sha256('{refresh}'), sha256('{secret}'))");

    private Task<Guid?> Refresh(string token, string next) =>
        Db.Ask<Guid?>($"select auth.refresh_session(sha256('{token}'), sha256('{next}'), sha256('secret of {next}'))");

    private Task<List<string>> Executable(string role) => Db.List(
        $"""
        select distinct p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('public', 'auth', 'app_private') and has_function_privilege('{role}', p.oid, 'execute')
        order by 1
        """);
}
