using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Database;

namespace RlsChat.Api.Web;

/// <summary>The page for people: at / and where links in mails lead. Its files (src/Web) are embedded in this program.</summary>
internal static class Site
{
    private const string Start = "index.html", Missing = "missing.html", Files = "/page";

    /// <summary>Nothing of another host, nothing inline, and no text becomes markup but by lit's templates.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lit-html";

    public static void MapSite(this IEndpointRouteBuilder routes)
    {
        var files = SiteFile.Embedded;
        // The packages of npm are copied by make; a build without npm has an API and no page.
        var start = files[files.ContainsKey("vendor/lit.js") ? Start : Missing];
        foreach (var path in (string[])["/", "/verify-email", "/password"])
        {
            routes.MapGet(path, (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = Policy;
                return start.Send(context);
            }).WithName($"page {path}").ExcludeFromDescription();
        }

        routes.MapGet($"{Files}/{{**file}}", Results<FileContentHttpResult, NotFound> (string file, HttpContext context) =>
                files.GetValueOrDefault(file) is { } found ? found.Send(context) : TypedResults.NotFound())
            .WithName("page.file").ExcludeFromDescription();
        routes.MapGet($"{Files}/setup.json", Describe).WithName("page.setup").ExcludeFromDescription();
    }

    /// <summary>What the page offers here.</summary>
    /// <param name="Development">Whether people may be tried out beside each other.</param>
    /// <param name="GitHub">Whether people can sign in with GitHub.</param>
    /// <param name="Mail">Whether addresses can be verified and passwords reset.</param>
    /// <param name="Model">What writes answers; null: the demo.</param>
    /// <param name="People">The demo people that have an account; none outside development.</param>
    internal sealed record Setup(bool Development, bool GitHub, bool Mail, string? Model, IReadOnlyList<Known> People);

    /// <summary>A demo person.</summary>
    internal sealed record Known(string Name, string Email, string Password, string Is);

    private static async Task<Ok<Setup>> Describe(SignInDb signIn, Settings settings, IHostEnvironment environment)
    {
        var development = environment.IsDevelopment();
        var people = new List<Known>();
        foreach (var person in development ? DemoPerson.All : [])
        {
            if (await signIn.Call<Guid?>("""select "userId" from auth.credentials($1)""", person.Email) is not null)
            {
                people.Add(new(person.Name, person.Email, person.Password, person.Is));
            }
        }

        return TypedResults.Ok(new Setup(development, settings.SignIn.GitHub is not null, settings.SignIn.Mail is not null, settings.Model?.Name, people));
    }
}
