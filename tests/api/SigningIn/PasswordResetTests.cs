using MimeKit;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api.SigningIn;

/// <summary>Mailed tokens that replace a forgotten password, and how mail is sent.</summary>
public sealed class PasswordResetTests(SignInFixture fixture) : SignInTest(fixture)
{
    private const string NewPassword = "a quite different one";

    [Fact]
    public async Task A_new_password_ends_every_session()
    {
        var (ana, anonymous) = (await Host.SignUp("ana"), Host.Anonymous());
        // However the address is typed, the mail goes to the one that is stored.
        (await anonymous.Post("/auth/password/request", new { email = ana.Email.ToUpperInvariant() })).Is(202);
        var token = SignInHost.Token(await Host.Mail.For(ana.Email));
        (await ana.Get("/me")).Is(200);
        (await Reset(token)).Is(204);
        (await ana.Get("/me")).Is(401, "session_ended");
        (await ana.Post("/auth/login", new { email = ana.Email, password = Person.Password })).Is(401);
        (await anonymous.Post("/auth/refresh", new { refreshToken = ana.RefreshToken })).Is(401);
        var back = Host.Of((await anonymous.Post("/auth/login", new { email = ana.Email, password = NewPassword })).Is(200));
        Assert.True((await back.Get("/me")).Body["emailVerified"]!.GetValue<bool>());
        (await Reset(token, Person.Password)).Is(410, "token_invalid");
    }

    /// <summary>"ſ" folds to "s", and another mailbox may be spelled with it.</summary>
    [Fact]
    [Attack]
    public async Task Take_over_of_an_account_by_a_mailbox_that_is_spelled_alike()
    {
        var sasha = await Host.SignUp("sasha");
        var alike = sasha.Email.Replace('s', 'ſ');
        (await Host.Anonymous().Post("/auth/password/request", new { email = alike })).Is(202);
        var token = SignInHost.Token(await Host.Mail.For(sasha.Email));
        Assert.Equal(0, Host.Mail.CountFor(alike));
        (await Reset(token)).Is(204);
        (await Host.Anonymous().Post("/auth/login", new { email = alike, password = NewPassword })).Is(200);
    }

    [Fact]
    public async Task A_request_does_not_tell_whether_the_address_is_known()
    {
        var (ana, anonymous) = (await Host.SignUp("ana"), Host.Anonymous());
        var known = (await anonymous.Post("/auth/password/request", new { email = ana.Email })).Is(202);
        var unknown = (await anonymous.Post("/auth/password/request", new { email = "nobody@example.org" })).Is(202);
        Assert.Equal(known.Text, unknown.Text);
        await Host.Mail.For(ana.Email);
        await Host.SentNothingTo("nobody@example.org");
    }

    [Fact]
    public async Task A_request_waits_for_no_database_and_no_mail_server()
    {
        var ana = await Host.SignUp("ana");
        await using var locked = await Sql.Open(Fixture.Database.OwnerConnectionString, "begin", """lock table public."verificationToken" """);
        // The known address would wait for the lock, the unknown one would not.
        (await Host.Anonymous().Post("/auth/password/request", new { email = ana.Email }).WaitAsync(TimeSpan.FromSeconds(20))).Is(202);
        Assert.Equal(0, Host.Mail.CountFor(ana.Email));
        await locked.CloseAsync();
        await Host.Mail.For(ana.Email);
    }

    [Theory]
    [InlineData("/auth/verify-email/request", """{"email":"a b@example.org"}""", "email")]
    [InlineData("/auth/password/request", """{"email":"a@example.org\r\nBcc: b@example.org"}""", "email")]
    [InlineData("/auth/verify-email", """{"token":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","password":""}""", "password")]
    [InlineData("/auth/password", """{"token":"short","password":"short"}""", "token,password")]
    public async Task Bad_input_is_named(string path, string body, string fields) =>
        (await (await Host.SignUp("ana")).SendRaw(HttpMethod.Post, path, body)).Refuses(fields.Split(','));

    [Fact]
    public async Task A_mail_server_that_refuses_is_logged_without_the_address()
    {
        var ana = await Host.SignUp("ana");
        Host.Mail.Refuses = true;
        (await Host.Anonymous().Post("/auth/password/request", new { email = ana.Email })).Is(202);
        await Host.Logged("a mail was not sent: SmtpCommandException");
        Assert.DoesNotContain(ana.Email, string.Concat(Host.Log.All), StringComparison.OrdinalIgnoreCase);
        Host.Mail.Refuses = false;
        Assert.Equal(43, (await Host.RequestPassword(ana.Email)).Length);
    }

    [Fact]
    public async Task One_address_gets_five_mails_at_most_however_it_is_spelled()
    {
        var sasha = await Host.SignUp("sasha");
        string[] spellings = [sasha.Email, sasha.Email.ToUpperInvariant(), sasha.Email.Replace('s', 'ſ')];
        for (var i = 0; i < 9; i++)
        {
            (await Host.Anonymous().Post("/auth/password/request", new { email = spellings[i % 3] })).Is(202);
        }

        await Host.Logged("this address was sent enough for now");
        await Host.RequestPassword((await Host.SignUp("ben")).Email);
        await Wait.Until(() => Task.FromResult(Count() >= 5));
        await Task.Delay(100);
        Assert.Equal(5, Count());

        int Count() => spellings.Sum(Host.Mail.CountFor);
    }

    [Fact]
    public async Task Mail_goes_to_a_folder_without_a_server()
    {
        var folder = Directory.CreateTempSubdirectory("rlschat-mail");
        try
        {
            await using var host = await SignInHost.Open(Fixture, "--SMTP_URL=", $"--MAIL_FOLDER={folder.FullName}", "--PUBLIC_URL=https://chat.example/");
            var ana = await host.SignUp("ana");
            (await host.Anonymous().Post("/auth/password/request", new { email = ana.Email })).Is(202);
            await host.Logged("a mail was handed over");
            var mail = await MimeMessage.LoadAsync(Assert.Single(folder.GetFiles("*.eml")).FullName);
            Assert.Equal(ana.Email, ((MailboxAddress)mail.To[0]).Address);
            Assert.Contains("https://chat.example/password#token=", mail.TextBody, StringComparison.Ordinal);
            (await Reset(SignInHost.Token(mail), host: host)).Is(204);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Without_a_mail_setting_requests_are_not_found()
    {
        var ana = await Fixture.SignUp("ana");
        (await ana.Post("/auth/verify-email/request", new { email = ana.Email })).Is(404);
        (await ana.Post("/auth/password/request", new { email = ana.Email })).Is(404);
    }

    [Fact]
    public async Task The_log_holds_neither_address_nor_token()
    {
        var ana = await Host.SignUp("ana");
        var token = await Host.RequestPassword(ana.Email);
        (await Reset(token)).Is(204);
        var log = string.Concat(Host.Log.All);
        Assert.Contains("auth.password.request", log, StringComparison.Ordinal);
        Assert.All(new[] { ana.Email, token, NewPassword }, secret => Assert.DoesNotContain(secret, log, StringComparison.OrdinalIgnoreCase));
    }

    private Task<Response> Reset(string token, string password = NewPassword, SignInHost? host = null) =>
        (host ?? Host).Anonymous().Post("/auth/password", new { token, password });
}
