using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MimeKit;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Tokens that come by mail: what they prove, how often and how long, and that asking tells nothing.</summary>
[Collection(SignInApi.Name)]
public sealed partial class MailedTokenTests(ApiFixture fixture) : ApiTest(fixture)
{
    private const string NewPassword = "a quite different one";

    [Fact]
    public async Task An_address_is_proven_by_the_mailed_token_once()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        (await ana.Post("/auth/verify-email/request", new { email = ana.Email })).Is(202);
        var mail = await host.Mail.For(ana.Email);
        Assert.Equal("rlschat@example.org", ((MailboxAddress)mail.From[0]).Address);
        Assert.Equal(ana.Email, ((MailboxAddress)mail.To[0]).Address);
        Assert.False((await ana.Get("/me")).Body["emailVerified"]!.GetValue<bool>());

        (await ana.Post("/auth/verify-email", new { token = Token(mail) })).Is(204);
        Assert.True((await ana.Get("/me")).Body["emailVerified"]!.GetValue<bool>());
        (await ana.Post("/auth/verify-email", new { token = Token(mail) })).Is(410, "token_invalid");
    }

    [Fact]
    public async Task A_mail_that_is_opened_where_nobody_is_signed_in_needs_the_password()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        (await ana.Post("/auth/verify-email/request", new { email = ana.Email })).Is(202);
        var (token, unknown, nobody) = (Token(await host.Mail.For(ana.Email)), new string('A', 43), host.Anonymous());

        // A stranger learns nothing of the token: not by asking for nobody, and not by guessing.
        Assert.Equal(
            (await nobody.Post("/auth/verify-email", new { token = unknown })).Is(401, "unauthenticated").WithoutTrace(),
            (await nobody.Post("/auth/verify-email", new { token })).Is(401, "unauthenticated").WithoutTrace());
        Assert.Equal(
            (await nobody.Post("/auth/verify-email", new { token = unknown, password = Person.Password })).Is(410, "token_invalid").WithoutTrace(),
            (await nobody.Post("/auth/verify-email", new { token, password = "a wrong guess" })).Is(410, "token_invalid").WithoutTrace());
        Assert.False((await ana.Get("/me")).Body["emailVerified"]!.GetValue<bool>());

        // And has not used it up.
        (await nobody.Post("/auth/verify-email", new { token, password = Person.Password })).Is(204);
        Assert.True((await ana.Get("/me")).Body["emailVerified"]!.GetValue<bool>());
    }

    [Fact]
    public async Task An_unknown_token_and_a_wrong_password_take_as_long()
    {
        await using var slow = ApiFixture.Build(Fixture.Database, iterations: 200_000);
        await slow.StartAsync();
        var ana = await Fixture.SignUp("ana", slow);
        var token = new string('E', 43);
        await Fixture.Setup.AskForProof(ana, token);
        var nobody = new Person("anonymous", ApiFixture.AddressOf(slow));
        var (wrong, unknown) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var i = 0; i < 5; i++)
        {
            foreach (var (tried, times) in new[] { (token, wrong), (new string('A', 43), unknown) })
            {
                var started = System.Diagnostics.Stopwatch.GetTimestamp();
                (await nobody.Post("/auth/verify-email", new { token = tried, password = "wrong password" })).Is(410);
                times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(started));
            }
        }

        // The quickest of each: what else runs on this machine only ever adds.
        Assert.InRange(unknown.Min() / wrong.Min(), 0.5, 2);
        await slow.StopAsync();
    }

    [Fact]
    public async Task An_address_that_is_to_replace_ones_own_does_so_when_it_is_proven()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        (await ana.Post("/auth/verify-email/request", new { email = "new@example.org" })).Is(202);
        Assert.Equal(ana.Email, (await ana.Get("/me")).Body["email"]!.GetValue<string>());
        (await ana.Post("/auth/verify-email", new { token = Token(await host.Mail.For("new@example.org")) })).Is(204);
        Assert.Equal("new@example.org", (await ana.Get("/me")).Body["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_address_that_somebody_else_has_proven_stays_theirs()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana", verified: true);
        var ben = await host.SignUp("ben");
        (await ben.Post("/auth/verify-email/request", new { email = ana.Email })).Is(202);
        (await ben.Post("/auth/verify-email", new { token = Token(await host.Mail.For(ana.Email)) })).Is(409, "email_taken");
        Assert.Equal(ana.Email, (await ana.Get("/me")).Body["email"]!.GetValue<string>());
        Assert.Equal(ben.Email, (await ben.Get("/me")).Body["email"]!.GetValue<string>());
    }

    [Fact]
    [Attack]
    public async Task Take_over_of_an_address_by_a_mail_that_its_owner_opens_signed_in()
    {
        await using var host = await SignInHost.Open(Fixture);
        var (ben, mallory) = (await host.SignUp("ben"), await host.SignUp("mallory"));
        (await mallory.Post("/auth/verify-email/request", new { email = ben.Email })).Is(202);
        var token = Token(await host.Mail.For(ben.Email));
        (await ben.Post("/auth/verify-email", new { token })).Is(410, "token_invalid");
        Assert.Equal(ben.Email, (await ben.Get("/me")).Body["email"]!.GetValue<string>());
        Assert.NotEqual(ben.Email, (await mallory.Get("/me")).Body["email"]!.GetValue<string>());

        // Nor signed out, whatever password of their own they give.
        (await host.Anonymous().Post("/auth/verify-email", new { token })).Is(401, "unauthenticated");
        (await host.Anonymous().Post("/auth/verify-email", new { token, password = "the password of ben" })).Is(410, "token_invalid");
        Assert.Equal(ben.Email, (await ben.Get("/me")).Body["email"]!.GetValue<string>());

        // The control: who asked for it may still use it.
        (await mallory.Post("/auth/verify-email", new { token })).Is(204);
    }

    [Fact]
    public async Task Only_who_is_signed_in_asks_for_proof_of_an_address()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        (await host.Anonymous().Post("/auth/verify-email/request", new { email = ana.Email })).Is(401, "unauthenticated");
        (await ana.Post("/auth/logout", new { refreshToken = ana.RefreshToken })).Is(204);
        (await ana.Post("/auth/verify-email/request", new { email = ana.Email })).Is(401, "session_ended");
        await NoMailFor(host, ana.Email);
    }

    [Fact]
    public async Task A_forgotten_password_is_replaced_and_every_session_ends()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        // Whichever way it is typed, it is mailed to the address that is known.
        (await host.Anonymous().Post("/auth/password/request", new { email = ana.Email.ToUpperInvariant() })).Is(202);
        var token = Token(await host.Mail.For(ana.Email));
        (await ana.Get("/me")).Is(200);
        (await host.Anonymous().Post("/auth/password", new { token, password = NewPassword })).Is(204);
        (await ana.Get("/me")).Is(401, "session_ended");
        (await ana.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(401);
        (await host.Anonymous().Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(401);
        var back = host.Of((await host.Anonymous().Post("/auth/login", new { email = ana.Email, password = NewPassword })).Is(200));
        Assert.True((await back.Get("/me")).Body["emailVerified"]!.GetValue<bool>());
        (await host.Anonymous().Post("/auth/password", new { token, password = Person.Password })).Is(410, "token_invalid");
    }

    /// <summary>"ſ" folds to "s", and another mailbox may be spelled with it.</summary>
    [Fact]
    [Attack]
    public async Task Take_over_of_an_account_by_a_mailbox_that_is_spelled_alike()
    {
        await using var host = await SignInHost.Open(Fixture);
        var sasha = await host.SignUp("sasha");
        var alike = sasha.Email.Replace('s', 'ſ');
        (await host.Anonymous().Post("/auth/password/request", new { email = alike })).Is(202);
        var token = Token(await host.Mail.For(sasha.Email));
        Assert.Equal(0, host.Mail.CountFor(alike));
        (await host.Anonymous().Post("/auth/password", new { token, password = NewPassword })).Is(204);
        (await host.Anonymous().Post("/auth/login", new { email = alike, password = NewPassword })).Is(200);
    }

    [Fact]
    public async Task A_token_ends_after_half_an_hour_and_with_the_next_one()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        var first = await AskForPassword(host, ana.Email);
        var second = await AskForPassword(host, ana.Email, 2);
        (await host.Anonymous().Post("/auth/password", new { token = first, password = NewPassword })).Is(410, "token_invalid");
        Assert.InRange(await host.Stored<double>(
            """select extract(epoch from "expires" - now() at time zone 'utc') from public."verificationToken" """), 1790, 1800);

        // No role may change a token's end: it is put anew with one that has passed.
        await host.Stored<string>(
            """
            with old as (delete from public."verificationToken" returning *)
            insert into public."verificationToken" ("identifier", "token", "expires", "userId", "purpose")
            select "identifier", "token", now() at time zone 'utc' - interval '1 second', "userId", "purpose" from old
            returning 'moved'
            """, "rlschat_test_functions");
        (await host.Anonymous().Post("/auth/password", new { token = second, password = NewPassword })).Is(410, "token_invalid");
        (await ana.Get("/me")).Is(200);
    }

    [Fact]
    public async Task A_token_of_one_purpose_is_none_of_the_other()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        (await ana.Post("/auth/verify-email/request", new { email = ana.Email })).Is(202);
        var token = Token(await host.Mail.For(ana.Email));
        (await ana.Post("/auth/password", new { token, password = NewPassword })).Is(410, "token_invalid");
        (await ana.Post("/auth/verify-email", new { token = await AskForPassword(host, ana.Email, 2) })).Is(410, "token_invalid");
        Assert.False((await ana.Get("/me")).Body["emailVerified"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Asking_for_a_password_does_not_tell_who_is_known()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        var nobody = host.Anonymous();
        var known = (await nobody.Post("/auth/password/request", new { email = ana.Email })).Is(202);
        var unknown = (await nobody.Post("/auth/password/request", new { email = "nobody@example.org" })).Is(202);
        Assert.Equal(known.Text, unknown.Text);
        await host.Mail.For(ana.Email);
        await NoMailFor(host, "nobody@example.org");
    }

    [Fact]
    public async Task Asking_for_a_password_waits_for_no_database_and_no_mail_server()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        await using var connection = new Npgsql.NpgsqlConnection(Fixture.Database.OwnerConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand("""lock table public."verificationToken" """, connection, transaction))
        {
            await hold.ExecuteNonQueryAsync();
        }

        // The known address would wait for the lock, the unknown one would not.
        (await host.Anonymous().Post("/auth/password/request", new { email = ana.Email }).WaitAsync(TimeSpan.FromSeconds(20))).Is(202);
        Assert.Equal(0, host.Mail.CountFor(ana.Email));
        await transaction.RollbackAsync();
        await host.Mail.For(ana.Email);
    }

    [Theory]
    [InlineData("/auth/verify-email/request", """{"email":"nowhere"}""", "email")]
    [InlineData("/auth/verify-email/request", """{"email":"a b@example.org"}""", "email")]
    [InlineData("/auth/verify-email/request", """{}""", "email")]
    [InlineData("/auth/verify-email/request", """{"email":"a@example.org","name":1}""", "name")]
    [InlineData("/auth/password/request", """{"email":"a@example.org\r\nBcc: b@example.org"}""", "email")]
    [InlineData("/auth/password/request", """{"email":null}""", "email")]
    [InlineData("/auth/verify-email", """{"token":"short"}""", "token")]
    [InlineData("/auth/verify-email", """{}""", "token")]
    [InlineData("/auth/verify-email", """{"token":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","password":""}""", "password")]
    [InlineData("/auth/password", """{"token":"short","password":"short"}""", "token,password")]
    [InlineData("/auth/password", """{"password":"long enough"}""", "token")]
    public async Task Bad_input_is_named(string path, string body, string fields)
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        (await ana.SendRaw(HttpMethod.Post, path, body)).Refuses(fields.Split(','));
    }

    [Fact]
    public async Task A_token_that_never_was_is_refused()
    {
        await using var host = await SignInHost.Open(Fixture);
        var token = new string('A', 43);
        (await (await host.SignUp("ana")).Post("/auth/verify-email", new { token })).Is(410, "token_invalid");
        (await host.Anonymous().Post("/auth/password", new { token, password = NewPassword })).Is(410, "token_invalid");
    }

    [Fact]
    public async Task A_mail_server_that_refuses_is_logged_without_the_address_and_not_told()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        host.Mail.Refuses = true;
        (await host.Anonymous().Post("/auth/password/request", new { email = ana.Email })).Is(202);
        await Logged(host, "a mail was not sent: SmtpCommandException");
        Assert.DoesNotContain(ana.Email, string.Concat(host.Log.All), StringComparison.OrdinalIgnoreCase);
        host.Mail.Refuses = false;
        Assert.Equal(43, (await AskForPassword(host, ana.Email)).Length);
    }

    [Fact]
    public async Task Nobody_is_buried_under_mail()
    {
        await using var host = await SignInHost.Open(Fixture);
        var sasha = await host.SignUp("sasha");
        string[] spellings = [sasha.Email, sasha.Email.ToUpperInvariant(), sasha.Email.Replace('s', 'ſ')];
        for (var i = 0; i < 9; i++)
        {
            var email = spellings[i % 3];
            (await host.Anonymous().Post("/auth/password/request", new { email })).Is(202);
        }

        await Logged(host, "this address was sent enough for now");
        var ben = await host.SignUp("ben");
        await AskForPassword(host, ben.Email);
        for (var waited = 0; waited < 1000 && Count() < 5; waited++)
        {
            await Task.Delay(20);
        }

        await Task.Delay(100);
        Assert.Equal(5, Count());

        int Count() => spellings.Sum(host.Mail.CountFor);
    }

    [Fact]
    public async Task Asking_is_rate_limited_like_every_way_in()
    {
        await using var host = await SignInHost.Open(Fixture, "--AUTH_RATE_LIMIT=4");
        var nobody = host.Anonymous();
        (await nobody.Post("/auth/password/request", new { email = "a@example.org" })).Is(202);
        (await nobody.Post("/auth/password", new { token = new string('A', 43), password = NewPassword })).Is(410);
        (await nobody.Post("/auth/verify-email", new { token = new string('A', 43), password = "a guess" })).Is(410);
        (await nobody.Post("/auth/verify-email/request", new { email = "a@example.org" })).Is(401);
        foreach (var path in new[] { "/auth/password/request", "/auth/password", "/auth/verify-email", "/auth/verify-email/request" })
        {
            (await nobody.Post(path, new { })).Is(429, "too_many_requests");
        }
    }

    [Fact]
    public async Task Into_a_folder_without_a_server()
    {
        var folder = Directory.CreateTempSubdirectory("rlschat-mail");
        try
        {
            await using var host = await SignInHost.Open(Fixture, "--SMTP_URL=", $"--MAIL_FOLDER={folder.FullName}", "--PUBLIC_URL=https://chat.example/");
            var ana = await host.SignUp("ana");
            (await host.Anonymous().Post("/auth/password/request", new { email = ana.Email })).Is(202);
            await Logged(host, "a mail was handed over");
            var mail = await MimeMessage.LoadAsync(Assert.Single(folder.GetFiles("*.eml")).FullName);
            Assert.Equal(ana.Email, ((MailboxAddress)mail.To[0]).Address);
            Assert.Contains("https://chat.example/password#token=", mail.TextBody, StringComparison.Ordinal);
            (await host.Anonymous().Post("/auth/password", new { token = Token(mail), password = NewPassword })).Is(204);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Without_a_way_for_mail_nobody_can_ask()
    {
        var ana = await Fixture.SignUp("ana");
        (await ana.Post("/auth/verify-email/request", new { email = ana.Email })).Is(404);
        (await ana.Post("/auth/password/request", new { email = ana.Email })).Is(404);
    }

    [Fact]
    public async Task The_log_holds_neither_address_nor_token()
    {
        await using var host = await SignInHost.Open(Fixture);
        var ana = await host.SignUp("ana");
        var token = await AskForPassword(host, ana.Email);
        (await host.Anonymous().Post("/auth/password", new { token, password = NewPassword })).Is(204);
        var log = string.Concat(host.Log.All);
        Assert.Contains("auth.password.request", log, StringComparison.Ordinal);
        Assert.All(new[] { ana.Email, token, NewPassword }, secret => Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<string> AskForPassword(SignInHost host, string email, int count = 1)
    {
        (await host.Anonymous().Post("/auth/password/request", new { email })).Is(202);
        return Token(await host.Mail.For(email, count));
    }

    /// <summary>Mails leave in their order, near enough: one that was asked for later has come.</summary>
    private static async Task NoMailFor(SignInHost host, string email)
    {
        var later = await host.SignUp("later");
        await AskForPassword(host, later.Email);
        await Task.Delay(100);
        Assert.Equal(0, host.Mail.CountFor(email));
    }

    private static async Task Logged(SignInHost host, string message)
    {
        for (var waited = 0; !host.Log.All.Any(line => Message(line).EndsWith(message, StringComparison.Ordinal)); waited++)
        {
            Assert.True(waited < 3000, $"not logged: {message}");
            await Task.Delay(20);
        }

        static string Message(string line) => JsonNode.Parse(line)!["message"]?.GetValue<string>() ?? "";
    }

    private static string Token(MimeMessage mail) => Assert.Single(TokenPattern().Matches(mail.TextBody!)).Value;

    [GeneratedRegex(@"(?<![\w-])[\w-]{43}(?![\w-])")]
    private static partial Regex TokenPattern();
}
