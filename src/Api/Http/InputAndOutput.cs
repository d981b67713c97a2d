namespace RlsChat.Api.Http;

/// <summary>Registers how requests are read and answers are written.</summary>
internal static class InputAndOutput
{
    public static void AddInputAndOutput(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => ApiJson.Strict(json.SerializerOptions));
        // Thrown rather than answered, so that every refusal is written in one place.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddProblemDetails();
    }
}
