using Npgsql;
using RlsChat.Tests.Rls.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Rls;

/// <summary>"accounts", "sessions" and "CreditEntry" of access-rules.md, when two act at once, and the API's login after signing out.</summary>
[Attack]
[Collection(CommittingTests.Name)]
public sealed class SignInRaceTests(DatabaseFixture fixture)
{
    [Fact]
    public async Task Two_spenders_at_once_cannot_overspend()
    {
        for (var i = 0; i < 4; i++)
        {
            var race = new Race(fixture, await World.Of(fixture, "op:operator", "cy:"));
            await race.Alone<decimal>("op", "select public.grant_credits([cy], 10, 'x')");
            var spend = ("cy", "select public.spend_credits(6, 'x')");
            var answers = i == 0 ? await race.InTurn(spend, spend) : await race.AtOnce(spend, spend);
            Assert.Equal("RC005", Assert.Single(answers, a => a is not null));
            Assert.Equal(4m, await race.Alone<decimal>("cy", """select "creditBalance" from public."User" """));
            Assert.Equal(4m, await race.Alone<decimal>("cy", """select sum("amount") from public."CreditEntry" """));
        }
    }

    [Fact]
    public async Task Two_accounts_unlinked_at_once_leave_one()
    {
        for (var i = 0; i < 4; i++)
        {
            var race = new Race(fixture, await World.Of(fixture, "cy:"));
            var (one, two) = (Guid.NewGuid(), Guid.NewGuid());
            await race.Alone<object?>("rlschat_test_functions",
                $"""
                update public."User" set "password" = null where "id" = [cy];
                insert into public.accounts ("userId", "type", "provider", "providerAccountId")
                values ([cy], 'oauth', 'github', '{one}'), ([cy], 'oauth', 'github', '{two}')
                """);
            var acts = new[] { one, two }.Select(a => ("cy", $"""delete from public.accounts where "providerAccountId" = '{a}'""")).ToArray();
            var answers = i == 0 ? await race.InTurn(acts[0], acts[1]) : await race.AtOnce(acts[0], acts[1]);
            Assert.Equal("RC008", Assert.Single(answers, a => a is not null));
        }
    }

    [Theory]
    [InlineData("select auth.sign_up('[new]@test', 'hash')", "RC001")]
    [InlineData("select auth.verify_email(sha256('[new]'), 'hash')", "RC010")]
    [InlineData("select auth.reset_password(sha256('[new]'), 'new')", "RC010")]
    public async Task One_of_two_at_once_is_refused(string sql, string error)
    {
        for (var i = 0; i < 3; i++)
        {
            var race = new Race(fixture, await World.Of(fixture, "cy:"));
            var token = Guid.NewGuid().ToString("N");
            await race.Alone<object?>("rlschat_test_functions",
                $"""
                insert into public."verificationToken" ("identifier", "token", "expires", "userId", "purpose")
                select "email", encode(sha256('{token}'), 'hex'), now() + interval '1 day', "id", '{(sql.Contains("reset", StringComparison.Ordinal) ? "reset_password" : "verify_email")}'
                from public."User" where "id" = [cy]
                """);
            var act = ("rlschat_test_functions", sql.Replace("[new]", token, StringComparison.Ordinal));
            var answers = i == 0 ? await race.InTurn(act, act) : await race.AtOnce(act, act);
            Assert.Equal(error, Assert.Single(answers, a => a is not null));
        }
    }

    // The address is judged as it is once the change before has happened.
    [Fact]
    public async Task A_mail_to_an_address_that_changes_at_the_same_moment_sets_no_password()
    {
        var race = new Race(fixture, await World.Of(fixture, "cy:"));
        var token = Guid.NewGuid().ToString("N");
        await race.Alone<object?>("rlschat_test_functions",
            $"""
            insert into public."verificationToken" ("identifier", "token", "expires", "userId", "purpose")
            select "email", encode(sha256('{token}'), 'hex'), now() + interval '1 day', "id", 'reset_password' from public."User" where "id" = [cy]
            """);
        Assert.Equal(new[] { null, "RC010" }, await race.InTurn(
            ("rlschat_test_functions", $"""update public."User" set "email" = 'moved-{token}@test' where "id" = [cy]"""),
            ("rlschat_test_functions", $"select auth.reset_password(sha256('{token}'), 'new')")));
        Assert.Equal("hash", await race.Alone<string>("rlschat_test_functions", """select "password" from public."User" where "id" = [cy]"""));
    }

    [Fact]
    public async Task A_new_account_that_signs_in_twice_at_once_is_one_person()
    {
        var race = new Race(fixture, await World.Of(fixture, "cy:"));
        var account = Guid.NewGuid().ToString("N");
        var act = ("rlschat_test_functions", $"select auth.sign_in_oauth('google', '{account}', null, '{account}@test', true)");
        Assert.Equal(new string?[] { null, null }, await race.InTurn(act, act));
        Assert.Equal(1, await race.Alone<long>("rlschat_backup", $"""select count(*) from public."User" where "email" = '{account}@test'"""));
        Assert.Equal(1, await race.Alone<long>("rlschat_backup", $"""select count(*) from public.accounts where "providerAccountId" = '{account}'"""));
    }

    // Within its grace each use gives a pair; without one, the second use ends what the first gave.
    [Theory]
    [InlineData(30, "3 pairs, 1 exchanged, 0 revoked")]
    [InlineData(0, "2 pairs, 1 exchanged, 2 revoked")]
    public async Task A_refresh_token_is_used_twice_at_once(int grace, string pairs)
    {
        for (var i = 0; i < 3; i++)
        {
            var race = new Race(fixture, await World.Of(fixture, "cy:"));
            var token = await Open(race);
            var (one, two) = (("rlschat_test_functions", Refresh(token, "a", grace)), ("rlschat_test_functions", Refresh(token, "b", grace)));
            Assert.Equal(new string?[] { null, null }, i == 0 ? await race.InTurn(one, two) : await race.AtOnce(one, two));
            Assert.Equal(pairs, await race.Alone<string>("rlschat_backup",
                """select concat(count(*), ' pairs, ', count("rotated"), ' exchanged, ', count("revoked"), ' revoked') from public.sessions where "userId" = [cy]"""));
        }
    }

    // Whatever ends a sign-in, while one tab of it refreshes: the pair that this tab is given ends with the others.
    [Theory]
    [InlineData("rlschat_test_functions", "select auth.sign_out(sha256('[r]'))")]
    [InlineData("cy", "delete from public.sessions")]
    [InlineData("cy", """delete from public.sessions where "id" = (select "id" from public.sessions)""")]
    [InlineData("rlschat_test_functions", "select auth.refresh_session(sha256('[r]'), sha256('[r]x'), sha256('[r]sx'))")]
    [InlineData("rlschat_test_functions", """update public.sessions set "revoked" = now() where "userId" = [cy] and "familyId" is null""")]
    [InlineData("rlschat_test_functions", "select auth.change_password('hash', 'new') from set_config('auth.uid', [cy], true)")]
    [InlineData("rlschat_test_functions", "select auth.reset_password(sha256('[r]mail'), 'new')")]
    public async Task No_pair_outlives_its_sign_in(string who, string end)
    {
        for (var i = 0; i < 4; i++)
        {
            var race = new Race(fixture, await World.Of(fixture, "cy:"));
            var token = await Open(race);
            await race.Alone<object?>("rlschat_test_functions", Refresh(token, "a"));
            await race.Alone<object?>("rlschat_test_functions", Refresh(token, "b"));
            await race.Alone<object?>("rlschat_test_functions", $"select auth.request_verification('reset_password', u.\"email\", sha256('{token}mail')) from public.\"User\" u where u.\"id\" = [cy]");
            var (tab, ends) = (("rlschat_test_functions", Refresh($"{(i % 2 == 0 ? "a" : "b")}{token}", "c")), (who, end.Replace("[r]", token, StringComparison.Ordinal)));
            var answers = await (i switch { 0 or 1 => race.InTurn(tab, ends), 2 => race.InTurn(ends, tab), _ => race.AtOnce(tab, ends) });
            // Of two that wait for each other, one is told so, and the API tries it again.
            if (answers[1] == "40P01" || (i == 2 && answers[0] == "40P01"))
            {
                await race.Alone<object?>(who, ends.Item2);
            }

            Assert.Equal(0, await race.Alone<long>("rlschat_backup", """select count(*) from public.sessions where "userId" = [cy] and "revoked" is null"""));
        }
    }

    private static async Task<string> Open(Race race)
    {
        var token = Guid.NewGuid().ToString("N");
        await race.Alone<object?>("rlschat_test_functions", $"select auth.open_session([cy], sha256('{token}'), sha256('s{token}'))");
        return token;
    }

    private static string Refresh(string token, string next, int grace = 30) =>
        $"select auth.refresh_session(sha256('{token}'), sha256('{next}{token}'), sha256('s{next}{token}'), null, {grace})";

    [Theory]
    [InlineData("select auth.sign_out(sha256('[r]2'))")]
    [InlineData("select auth.refresh_session(sha256('[r]'), sha256('[r]3'), sha256('[r]s3'))")]
    [InlineData("""delete from public.sessions where "userId" = [cy]""")]
    [InlineData("""update public.sessions set "expires" = '2000-01-01' where "userId" = [cy]""")]
    public async Task At_the_API_a_session_that_ends_is_nobody_from_the_next_statement_on(string end)
    {
        var world = await World.Of(fixture, "cy:");
        var race = new Race(fixture, world);
        var token = Guid.NewGuid().ToString("N");
        await race.Alone<object?>("rlschat_test_functions", $"select auth.open_session([cy], sha256('{token}'), sha256('{token}s1'))");
        await race.Alone<object?>("rlschat_test_functions", $"select auth.refresh_session(sha256('{token}'), sha256('{token}2'), sha256('{token}s2'))");

        await using var api = new NpgsqlConnection(fixture.Database.ApiConnectionString);
        await api.OpenAsync();
        await using var transaction = await api.BeginTransactionAsync();
        var db = new Db(api, world);
        foreach (var secret in new[] { "s1", "s2" })
        {
            await db.Do($"select set_config('role', 'regular_user', true), set_config('auth.uid', [cy], true), set_config('auth.session', '{token}{secret}', true)");
            Assert.Equal([world["cy"].ToString()], await db.List("""select "id" from public."User" """));
        }

        await race.Alone<object?>("rlschat_test_functions", end.Replace("[r]", token, StringComparison.Ordinal));
        foreach (var secret in new[] { "s1", "s2" })
        {
            await db.Do($"select set_config('auth.session', '{token}{secret}', true)");
            Assert.Empty(await db.List("""select "id" from public."User" """));
        }
    }
}
