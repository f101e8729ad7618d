.class public Lb/b;
.super Ljava/lang/Object;
