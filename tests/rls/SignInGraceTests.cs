using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>
/// "sessions" of access-rules.md: for a while after it was exchanged, a refresh token gives further pairs of the
/// same sign-in, so that several tabs, or one whose answer was lost, stay signed in.
/// </summary>
public sealed class SignInGraceTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    [Fact]
    public async Task Ten_tabs_with_one_token_get_ten_pairs_of_one_sign_in()
    {
        for (var tab = 1; tab <= 10; tab++)
        {
            Assert.Equal(Fixture.World["owner"], await Refresh("first", $"tab {tab}", 30));
        }

        Assert.Equal("11 pairs of 1 sign-in, 1 exchanged, 0 revoked", await Pairs());
        for (var tab = 1; tab <= 10; tab++)
        {
            Assert.Equal(Fixture.World["owner"], await Refresh($"tab {tab}", $"next of {tab}", 0));
        }

        Assert.Equal("21 pairs of 1 sign-in, 11 exchanged, 0 revoked", await Pairs());
    }

    // The database's clock counts, from when the token was exchanged; and no API can set more than five minutes.
    [Theory]
    [InlineData("30", "20 s", true)]
    [InlineData("30", "30 s", false)]
    [InlineData("300", "200 s", true)]
    [InlineData("3600", "200 s", true)]
    [InlineData("3600", "300 s", false)]
    [InlineData("0", "0 s", false)]
    [InlineData("-5", "0 s", false)]
    [InlineData("null", "0 s", false)]
    public async Task A_grace_ends(string grace, string age, bool given)
    {
        await Refresh("first", "second", 30);
        await Age("first", age);
        Assert.Equal(given ? Fixture.World["owner"] : null, await Refresh("first", "third", grace));
        Assert.Equal(given ? "3 pairs of 1 sign-in, 1 exchanged, 0 revoked" : "2 pairs of 1 sign-in, 1 exchanged, 2 revoked", await Pairs());
    }

    [Fact]
    public async Task A_grace_is_counted_from_the_first_exchange_whatever_comes_after()
    {
        await Refresh("first", "second", 30);
        await Refresh("second", "third", 30);
        await Age("first", "20 s");
        var ends = await End("first");
        Assert.NotNull(await Refresh("first", "fourth", 30));
        Assert.NotNull(await Refresh("second", "fifth", 30));
        Assert.Equal(ends, await End("first"));
        await Age("first", "20 s");
        Assert.NotNull(await Refresh("second", "sixth", 30));
        Assert.Null(await Refresh("first", "seventh", 30));
        Assert.Equal("6 pairs of 1 sign-in, 2 exchanged, 6 revoked", await Pairs());
    }

    [Fact]
    [Attack]
    public async Task A_token_that_is_used_after_its_grace_ends_every_tab_and_no_other_sign_in()
    {
        await Db.Do("select auth.open_session([owner], sha256('elsewhere'), sha256('secret of elsewhere'))");
        await Refresh("first", "tab 1", 30);
        await Refresh("first", "tab 2", 30);
        await Refresh("tab 1", "next of 1", 30);
        await Age("first", "30 s");
        Assert.Null(await Refresh("first", "thief", 30));
        foreach (var token in new[] { "first", "tab 1", "tab 2", "next of 1", "thief" })
        {
            Assert.Null(await Refresh(token, $"after {token}", 30));
        }

        Assert.Equal("5 pairs of 2 sign-ins, 2 exchanged, 4 revoked", await Pairs());
        Assert.NotNull(await Refresh("elsewhere", "elsewhere still", 30));
    }

    [Fact]
    public async Task One_token_gives_fifty_pairs_at_most_and_one_more_try_signs_nobody_out()
    {
        await Refresh("first", "second", 30);
        await Db.Do($"""update public.sessions set "uses" = 49 where {Row("first")}""");
        Assert.NotNull(await Refresh("first", "fiftieth", 30));
        Assert.Null(await Refresh("first", "too many", 30));
        Assert.Equal("3 pairs of 1 sign-in, 1 exchanged, 0 revoked", await Pairs());
        Assert.NotNull(await Refresh("second", "third", 30));
        Assert.NotNull(await Refresh("fiftieth", "fourth", 30));
    }

    [Theory]
    [InlineData("select auth.sign_out(sha256('second'))")]
    [InlineData("""delete from public.sessions where "familyId" is null""")]
    [InlineData("""update public.sessions set "revoked" = now() where "familyId" is null""")]
    [InlineData("select auth.request_verification('reset_password', 'owner@test', sha256('t')); select auth.reset_password(sha256('t'), 'new')")]
    [InlineData("select set_config('auth.uid', [owner], true); select auth.change_password('hash of owner', 'new')")]
    public async Task In_a_sign_in_that_has_ended_there_is_no_grace(string end)
    {
        await Refresh("first", "second", 30);
        await Db.Do(end);
        Assert.Null(await Refresh("first", "third", 30));
        Assert.Null(await Refresh("second", "fourth", 30));
    }

    [Fact]
    public async Task Changing_the_password_keeps_every_tab_signed_in()
    {
        await Refresh("first", "tab 1", 30);
        await Refresh("first", "tab 2", 30);
        await Db.Do("select auth.open_session([owner], sha256('elsewhere'), sha256('secret of elsewhere'))");
        await Db.Do("select set_config('auth.uid', [owner], true), set_config('auth.session', 'secret of tab 1', true)");
        Assert.True(await Db.Ask<bool>("select auth.change_password('hash of owner', 'new')"));
        Assert.Equal("4 pairs of 2 sign-ins, 1 exchanged, 1 revoked", await Pairs());
        Assert.NotNull(await Refresh("first", "tab 3", 30));
        Assert.NotNull(await Refresh("tab 2", "tab 2 still", 30));
        Assert.Null(await Refresh("elsewhere", "elsewhere still", 30));
    }

    // Of a tab that is not used any more, the pair ends when it would; the sign-in goes on in the others.
    [Fact]
    public async Task A_pair_that_was_never_exchanged_ends_thirty_days_after_it_was_handed_out()
    {
        await Refresh("first", "idle", 30);
        await Refresh("first", "busy", 30);
        await Db.Do($"""update public.sessions set "expires" = now() at time zone 'utc' - interval '1 s' where {Row("idle")}""");
        Assert.Null(await Refresh("idle", "late", 30));
        Assert.NotNull(await Refresh("busy", "busy still", 30));
        Assert.Equal("4 pairs of 1 sign-in, 2 exchanged, 0 revoked", await Pairs());
    }

    [Fact]
    public async Task Pairs_are_purged_while_their_sign_in_goes_on_and_never_after_it()
    {
        await Refresh("first", "second", 30);
        await Refresh("first", "third", 30);
        await Db.Do($"""update public.sessions set "expires" = now() at time zone 'utc' - interval '8 days' where {Row("first")}""");
        await Db.AsRole("rlschat_purge").Do("delete from public.sessions");
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("2 pairs of 1 sign-in, 0 exchanged, 0 revoked", await Pairs());
        await Db.Do("""update public.sessions set "expires" = now() at time zone 'utc' - interval '8 days' where "familyId" is null""");
        await Db.AsRole("rlschat_purge").Do("delete from public.sessions");
        await Db.AsRole("rlschat_test_functions");
        Assert.Equal("0 pairs of 0 sign-ins, 0 exchanged, 0 revoked", await Pairs());
    }

    protected override async Task Prepare()
    {
        await Db.AsRole("rlschat_test_functions").Do("select auth.open_session([owner], sha256('first'), sha256('secret of first'))");
    }

    private static string Row(string token) => $""" "sessionToken" = encode(sha256('{token}'), 'hex') """;

    private Task<Guid?> Refresh(string token, string next, int grace) => Refresh(token, next, $"{grace}");

    private Task<Guid?> Refresh(string token, string next, string grace) => Db.Ask<Guid?>(
        $"select auth.refresh_session(sha256('{token}'), sha256('{next}'), sha256('secret of {next}'), null, {grace})");

    // As if the token had been exchanged so much earlier.
    private Task<int> Age(string token, string time) =>
        Db.Do($"""update public.sessions set "rotated" = "rotated" - interval '{time}' where {Row(token)}""");

    private Task<DateTime> End(string token) => Db.Ask<DateTime>($"""select "expires" from public.sessions where {Row(token)}""");

    private Task<string> Pairs() => Db.Ask<string>(
        """
        select format('%s pairs of %s sign-in%s, %s exchanged, %s revoked', count(*), count(*) filter (where "familyId" is null),
          case when count(*) filter (where "familyId" is null) <> 1 then 's' end, count("rotated"), count("revoked"))
        from public.sessions where "userId" = [owner]
        """);
}
