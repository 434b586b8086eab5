package javax.annotation;

/** The mark on generated code (JSR 250), which Java itself no longer carries since 11. */
public @interface Generated {
    String[] value();

    String date() default "";

    String comments() default "";
}
